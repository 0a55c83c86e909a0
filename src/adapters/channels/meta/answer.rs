//! What Meta's answer to a send means. Pure, and one table: codes decide, the HTTP status only where there is no code.
//!
//! The question is always the same: did the message go out? Where that cannot be told, the answer is `Unknown`, and the
//! echo will tell.

use std::time::Duration;

use serde::Deserialize;

use super::Network;
use crate::adapters::channels::graph::Fault;
use crate::adapters::channels::lenient::Word;
use crate::adapters::channels::outcome;
use crate::ports::channel::SendResult;

const THROTTLED_BY_DEFAULT: Duration = Duration::from_secs(60);
const RESTRICTED_FOR: Duration = Duration::from_secs(15 * 60);

/// An answer, and the headers that matter.
#[derive(Debug)]
pub struct Answer<'a> {
    pub network: Network,
    pub status: u16,
    pub date: Option<&'a str>,
    pub retry_after: Option<&'a str>,
    /// `X-Business-Use-Case-Usage`.
    pub usage: Option<&'a str>,
    pub body: &'a [u8],
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    message_id: Option<Word<'a>>,
    #[serde(borrow, default)]
    error: Option<Fault<'a>>,
}

/// Whether it was refused because another app has the conversation.
pub fn is_with_another_app(body: &[u8]) -> bool {
    Fault::read(body).is_some_and(|error| (error.code(), error.subcode()) == (Some(10), Some(2_018_300)))
}

pub fn interpret(answer: &Answer) -> SendResult {
    let body = serde_json::from_slice::<Body>(answer.body).ok();
    let (message_id, error) = body.map(|body| (body.message_id, body.error)).unwrap_or_default();
    match (error, message_id) {
        (Some(error), _) => refused(answer, &error),
        (None, Some(Word(id))) if is_success(answer.status) && !id.is_empty() => {
            SendResult::Sent { provider_id: id.into_owned() }
        }
        _ => without_words(answer),
    }
}

fn refused(answer: &Answer, error: &Fault) -> SendResult {
    let (code, subcode, who) = (code(error), error.subcode(), answer.network.name());
    tracing::debug!(status = answer.status, code, subcode, fbtrace_id = error.trace(), who, "a message was refused");
    let passing = || not_sent(None, false, named(error, &format!("{who} has a passing problem")));
    match (code, subcode) {
        (190, _) => SendResult::AccountRefused { reason: named(error, "the access token is no longer valid") },
        (368, _) | (10, Some(1_893_063)) => {
            not_sent(Some(RESTRICTED_FOR), true, named(error, "the account is temporarily blocked from sending"))
        }
        (4 | 17 | 32 | 613 | 80_006, _) => throttled(answer, named(error, &slow_down(who))),
        _ if answer.status == 429 => throttled(answer, named(error, &slow_down(who))),
        (1, _) => {
            let words = format!("{who} does not know whether it took the message");
            SendResult::Unknown { reason: named(error, &words) }
        }
        (2 | 1200, _) => passing(),
        _ => match permanent(code, subcode) {
            Some(words) => SendResult::Permanent { reason: named(error, words) },
            None if error.is_passing() => passing(),
            None if answer.status >= 500 => SendResult::Unknown { reason: named(error, &format!("{who} failed")) },
            None => SendResult::Permanent { reason: quoted(who, error) },
        },
    }
}

/// 0 if there is none.
fn code(error: &Fault) -> u32 {
    error.code().unwrap_or(0)
}

fn slow_down(who: &str) -> String {
    format!("{who} asked us to slow down")
}

/// Refusals that stay refusals, in words for agents. None for codes we have no words for.
fn permanent(code: u32, subcode: Option<u32>) -> Option<&'static str> {
    Some(match (code, subcode) {
        (10, Some(2_018_278 | 2_018_065 | 2_534_022)) => "outside the 24-hour window",
        (10, Some(2_018_108)) => "the person does not receive messages",
        (10, Some(2_018_300)) => "another app has control of this conversation",
        (10, _) => "the app lacks a permission",
        (100, Some(2_018_001)) => "there is no such person",
        (100, Some(2_534_014)) => "this is not an id of this channel",
        (100, Some(2_534_029)) | (200, Some(2_534_041)) => "the account does not allow messages",
        (551, _) | (200, Some(1_545_041)) => "the person is not available",
        (200, Some(2_018_028)) => "the app is not live",
        (200..=299, _) => "the app may not message this person",
        _ => return None,
    })
}

fn without_words(answer: &Answer) -> SendResult {
    match answer.status {
        429 => throttled(answer, format!("{} (HTTP 429)", slow_down(answer.network.name()))),
        status => outcome::without_words(answer.network.name(), status),
    }
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

fn not_sent(after: Option<Duration>, account_wide: bool, reason: String) -> SendResult {
    SendResult::NotSent { after, account_wide, reason }
}

fn throttled(answer: &Answer, reason: String) -> SendResult {
    let asked = outcome::retry_after(answer.retry_after, answer.date);
    let after = asked.or_else(|| regain_access(answer.usage?)).unwrap_or(THROTTLED_BY_DEFAULT);
    not_sent(Some(after.min(outcome::THROTTLED_MAX)), true, reason)
}

/// The longest time that any of our uses has to wait, if there is one.
fn regain_access(usage: &str) -> Option<Duration> {
    let usage: serde_json::Value = serde_json::from_str(usage).ok()?;
    let uses = usage.as_object()?.values().filter_map(serde_json::Value::as_array).flatten();
    let minutes = uses.filter_map(|one| one.get("estimated_time_to_regain_access")?.as_u64()).max()?;
    (minutes > 0).then(|| Duration::from_secs(minutes.saturating_mul(60)))
}

fn named(error: &Fault, words: &str) -> String {
    match error.subcode() {
        Some(subcode) => format!("{words} (code {}/{subcode})", code(error)),
        None => format!("{words} (code {})", code(error)),
    }
}

/// The provider's own words, where we have none.
fn quoted(who: &str, error: &Fault) -> String {
    named(error, &format!("{who} refused it: {}", outcome::quoted(error.words())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::adapters::channels::strange;

    fn answered(status: u16, body: &[u8]) -> SendResult {
        let network = Network::Messenger;
        interpret(&Answer { network, status, date: None, retry_after: None, usage: None, body })
    }

    fn error(status: u16, code: u32, subcode: u32) -> SendResult {
        let body = format!(
            r#"{{"error":{{"message":"(#{code}) No.","type":"OAuthException","code":{code},"error_subcode":{subcode},"fbtrace_id":"A"}}}}"#
        );
        answered(status, body.as_bytes())
    }

    fn short(result: SendResult) -> String {
        match result {
            SendResult::Sent { provider_id } => format!("sent {provider_id}"),
            SendResult::NotSent { after, account_wide, .. } => {
                format!(
                    "not sent{}{}",
                    after.map_or(String::new(), |after| format!(" {}", after.as_secs())),
                    if account_wide { " all" } else { "" }
                )
            }
            SendResult::Permanent { .. } | SendResult::OptedOut { .. } => "permanent".into(),
            SendResult::AccountRefused { .. } => "account".into(),
            SendResult::Unknown { .. } => "unknown".into(),
        }
    }

    #[test]
    fn every_code_has_its_meaning() {
        for (status, code, subcode, meaning) in [
            (400, 1, 99, "unknown"),
            (500, 1, 1_357_046, "unknown"),
            (400, 1, 0, "unknown"),
            (400, 2, 0, "not sent"),
            (429, 100, 0, "not sent 60 all"),
            (503, 2, 0, "not sent"),
            (400, 4, 0, "not sent 60 all"),
            (400, 4, 2_018_022, "not sent 60 all"),
            (400, 17, 0, "not sent 60 all"),
            (400, 32, 0, "not sent 60 all"),
            (429, 613, 0, "not sent 60 all"),
            (400, 80_006, 0, "not sent 60 all"),
            (429, 7777, 0, "not sent 60 all"),
            (400, 10, 2_018_278, "permanent"),
            (400, 10, 2_018_108, "permanent"),
            (400, 10, 2_018_300, "permanent"),
            (400, 10, 1_893_063, "not sent 900 all"),
            (403, 10, 0, "permanent"),
            (400, 100, 0, "permanent"),
            (400, 100, 2_018_001, "permanent"),
            (401, 190, 463, "account"),
            (400, 190, 0, "account"),
            (403, 200, 0, "permanent"),
            (403, 200, 1_545_041, "permanent"),
            (403, 299, 0, "permanent"),
            (400, 368, 0, "not sent 900 all"),
            (400, 551, 1_545_041, "permanent"),
            (400, 1200, 1_545_041, "not sent"),
            (400, 10_900, 0, "permanent"),
            (500, 7777, 0, "unknown"),
        ] {
            assert_eq!(short(error(status, code, subcode)), meaning, "{status} {code}/{subcode}");
        }
    }

    #[test]
    fn answers_without_a_code_are_read_by_their_status() {
        let sent = br#"{"recipient_id":"7","message_id":"m_out78"}"#.as_slice();
        let transient = br#"{"error":{"message":"later","code":7777,"is_transient":true}}"#.as_slice();
        for (status, body, meaning) in [
            (200, sent, "sent m_out78"),
            (200, br#"{"recipient_id":"7"}"#.as_slice(), "unknown"),
            (200, br#"{"message_id":""}"#.as_slice(), "unknown"),
            (200, b"<html>".as_slice(), "unknown"),
            (500, sent, "unknown"),
            (502, b"bad gateway".as_slice(), "unknown"),
            (503, b"".as_slice(), "unknown"),
            (503, transient, "not sent"),
            (400, transient, "not sent"),
            (429, b"".as_slice(), "not sent 60 all"),
            (307, b"".as_slice(), "not sent"),
            (404, b"not here".as_slice(), "not sent"),
            (408, b"".as_slice(), "unknown"),
        ] {
            assert_eq!(short(answered(status, body)), meaning, "{status} {}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn codes_may_come_as_text() {
        let body = br#"{"error":{"code":"10","error_subcode":"2018278"}}"#;
        assert_eq!(short(answered(400, body)), "permanent");
    }

    #[test]
    fn agents_read_why() {
        let SendResult::Permanent { reason } = error(400, 10, 2_018_278) else { panic!() };
        assert_eq!(reason, "outside the 24-hour window (code 10/2018278)");
        let SendResult::Permanent { reason } = error(400, 10_900, 0) else { panic!() };
        assert_eq!(reason, "Messenger refused it: (#10900) No. (code 10900/0)");
    }

    #[test]
    fn a_throttle_says_how_long() {
        let network = Network::Instagram;
        let wait = |retry_after, date, usage| {
            short(interpret(&Answer { network, status: 429, retry_after, date, usage, body: b"" }))
        };
        assert_eq!(wait(Some("7"), None, None), "not sent 7 all");
        let date = Some("Wed, 29 Jul 2026 08:00:00 GMT");
        assert_eq!(wait(Some("Wed, 29 Jul 2026 08:01:30 GMT"), date, None), "not sent 90 all");
        assert_eq!(wait(Some("Wed, 29 Jul 2026 07:00:00 GMT"), date, None), "not sent 0 all");
        assert_eq!(wait(Some("Wed, 29 Jul 2026 08:01:30 GMT"), None, None), "not sent 60 all");
        assert_eq!(wait(Some("soon"), date, None), "not sent 60 all");
        assert_eq!(wait(Some("99999999999"), None, None), "not sent 86400 all");
        let usage = r#"{"1":[{"type":"messenger","estimated_time_to_regain_access":0}],"2":[{"type":"messenger","estimated_time_to_regain_access":5}]}"#;
        assert_eq!(wait(None, None, Some(usage)), "not sent 300 all");
        assert_eq!(wait(Some("7"), None, Some(usage)), "not sent 7 all");
        assert_eq!(wait(None, None, Some(&usage.replace('5', "0"))), "not sent 60 all");
    }

    proptest! {
        #[test]
        fn no_answer_is_too_strange(
            status in strange::statuses(),
            body in strange::answers("message_id|error|message|code|error_subcode|is_transient|recipient_id"),
            header in prop::option::of("\\PC{0,60}"),
        ) {
            let (retry_after, usage, date) = (header.as_deref(), header.as_deref(), header.as_deref());
            let network = Network::Messenger;
            let result = interpret(&Answer { network, status, retry_after, usage, date, body: &body });
            strange::is_sound(status, &result)?;
        }
    }
}
