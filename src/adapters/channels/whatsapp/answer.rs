//! What Meta's answer to a send means. Pure. That it took a message does not mean that it arrives: a status tells.

use std::time::Duration;

use serde::Deserialize;

use super::errors::{Meaning, meaning};
use crate::adapters::channels::graph::Fault;
use crate::adapters::channels::lenient::Word;
use crate::adapters::channels::outcome;
use crate::ports::channel::SendResult;

const SLOW_DOWN: &str = "WhatsApp asked us to slow down";
const AGAIN_AFTER: Duration = Duration::from_secs(5);
/// What a contact got too much of has to be waited out: sixteen seconds, a minute, four minutes.
const CONTACT_FIRST: u32 = 2;
const CONTACT_LAST: u32 = 5;

/// An answer, and the headers that matter.
#[derive(Debug, Default)]
pub struct Answer<'a> {
    pub status: u16,
    pub date: Option<&'a str>,
    pub retry_after: Option<&'a str>,
    pub body: &'a [u8],
    /// How often the message was tried before.
    pub attempt: u32,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    messages: Option<Vec<Message<'a>>>,
    #[serde(borrow, default)]
    error: Option<Fault<'a>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    id: Option<Word<'a>>,
}

pub fn interpret(answer: &Answer) -> SendResult {
    let body = serde_json::from_slice::<Body>(answer.body).ok();
    let (messages, error) = body.map(|body| (body.messages, body.error)).unwrap_or_default();
    if let Some(error) = error {
        return refused(answer, &error);
    }
    let id = messages.unwrap_or_default().into_iter().find_map(|message| message.id);
    match id.map(|Word(id)| id.into_owned()).filter(|id| !id.is_empty() && (200..300).contains(&answer.status)) {
        Some(provider_id) => SendResult::Sent { provider_id },
        None => without_words(answer),
    }
}

fn refused(answer: &Answer, error: &Fault) -> SendResult {
    // Without a number it is not Meta that speaks.
    let Some(code) = error.code() else { return without_words(answer) };
    tracing::debug!(status = answer.status, code, fbtrace_id = error.trace(), "whatsapp refused a message");
    let named = |words: &str| format!("{words} (code {code})");
    let again = |after, account_wide, words| SendResult::NotSent { after, account_wide, reason: named(words) };
    match meaning(code) {
        Meaning::Final(words) => SendResult::Permanent { reason: named(words) },
        Meaning::Account(words) => SendResult::AccountRefused { reason: named(words) },
        Meaning::Once(words) if answer.attempt == 0 => again(Some(AGAIN_AFTER), false, words),
        Meaning::Once(words) => SendResult::Permanent { reason: named(words) },
        Meaning::Passing => again(None, false, "WhatsApp has a passing problem"),
        Meaning::Unsure => SendResult::Unknown { reason: named("WhatsApp does not know whether it took the message") },
        Meaning::Busy(wait) => again(Some(asked(answer).unwrap_or(wait)), true, SLOW_DOWN),
        Meaning::BusyWithContact => again(Some(pause(answer)), false, "this contact gets too many messages at a time"),
        Meaning::Unknown if answer.status == 429 => again(Some(busy(answer)), true, SLOW_DOWN),
        Meaning::Unknown if error.is_passing() => again(None, false, "WhatsApp has a passing problem"),
        Meaning::Unknown if answer.status >= 500 => SendResult::Unknown { reason: named("WhatsApp failed") },
        Meaning::Unknown => SendResult::Permanent { reason: named(&quoted(error)) },
    }
}

/// Longer each time; what is asked for counts if it is more.
fn pause(answer: &Answer) -> Duration {
    let times = answer.attempt.saturating_add(CONTACT_FIRST).min(CONTACT_LAST);
    let paid_back = Duration::from_secs(4_u64.pow(times));
    asked(answer).unwrap_or_default().max(paid_back)
}

fn asked(answer: &Answer) -> Option<Duration> {
    outcome::retry_after(answer.retry_after, answer.date).map(|wait| wait.min(outcome::THROTTLED_MAX))
}

fn busy(answer: &Answer) -> Duration {
    asked(answer).unwrap_or(Duration::from_secs(60))
}

/// The provider's own words, where we have none.
fn quoted(error: &Fault) -> String {
    format!("WhatsApp refused it: {}", outcome::quoted(error.words()))
}

fn without_words(answer: &Answer) -> SendResult {
    match answer.status {
        429 => {
            let reason = format!("{SLOW_DOWN} (HTTP 429)");
            SendResult::NotSent { after: Some(busy(answer)), account_wide: true, reason }
        }
        status => outcome::without_words("WhatsApp", status),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::adapters::channels::strange;

    fn error(status: u16, code: u32, attempt: u32) -> SendResult {
        let body = format!(
            r#"{{"error":{{"message":"(#{code}) No.","type":"OAuthException","code":{code},"error_data":{{"messaging_product":"whatsapp","details":"Not so."}},"fbtrace_id":"A"}}}}"#
        );
        interpret(&Answer { status, body: body.as_bytes(), attempt, ..Answer::default() })
    }

    fn short(result: SendResult) -> String {
        match result {
            SendResult::Sent { provider_id } => format!("sent {provider_id}"),
            SendResult::NotSent { after, account_wide, .. } => {
                let after = after.map_or(String::new(), |after| format!(" {}", after.as_secs()));
                format!("not sent{after}{}", if account_wide { " all" } else { "" })
            }
            other => other.name().to_owned(),
        }
    }

    #[test]
    fn every_code_has_its_meaning() {
        for (status, code, attempt, meaning) in [
            (401, 0, 0, "account_refused"),
            (401, 190, 0, "account_refused"),
            (400, 3, 0, "account_refused"),
            (403, 10, 0, "account_refused"),
            (403, 200, 0, "account_refused"),
            (403, 299, 0, "account_refused"),
            (403, 131_005, 0, "account_refused"),
            (400, 368, 0, "account_refused"),
            (403, 131_031, 0, "account_refused"),
            (400, 131_037, 0, "account_refused"),
            (400, 131_042, 0, "account_refused"),
            (400, 131_048, 0, "account_refused"),
            (400, 1, 0, "unknown"),
            (503, 2, 0, "not sent"),
            (400, 4, 0, "not sent 60 all"),
            (400, 80_007, 0, "not sent 60 all"),
            (400, 130_429, 0, "not sent 5 all"),
            (400, 133_016, 0, "not sent 900 all"),
            (400, 131_056, 0, "not sent 16"),
            (400, 131_056, 1, "not sent 64"),
            (400, 131_056, 9, "not sent 1024"),
            (500, 131_000, 0, "not sent"),
            (500, 131_016, 0, "not sent"),
            (503, 133_004, 0, "not sent"),
            (400, 100, 0, "permanent"),
            (400, 130_472, 0, "permanent"),
            (403, 130_497, 0, "permanent"),
            (400, 131_008, 0, "permanent"),
            (400, 131_009, 0, "permanent"),
            (400, 131_021, 0, "permanent"),
            (400, 131_026, 0, "permanent"),
            (400, 131_030, 0, "permanent"),
            (400, 131_047, 0, "permanent"),
            (400, 131_049, 0, "permanent"),
            (400, 131_050, 0, "permanent"),
            (400, 131_051, 0, "permanent"),
            (400, 131_053, 0, "not sent 5"),
            (400, 131_053, 1, "permanent"),
            (400, 132_000, 0, "permanent"),
            (404, 132_001, 0, "permanent"),
            (400, 132_015, 0, "permanent"),
            (400, 132_016, 0, "permanent"),
            (400, 135_000, 0, "not sent 5"),
            (400, 135_000, 1, "permanent"),
            (400, 7777, 0, "permanent"),
            (429, 7777, 0, "not sent 60 all"),
            (500, 7777, 0, "unknown"),
        ] {
            assert_eq!(short(error(status, code, attempt)), meaning, "{status} {code}");
        }
    }

    #[test]
    fn answers_without_a_code_are_read_by_their_status() {
        let sent = br#"{"messaging_product":"whatsapp","contacts":[{"input":"1","wa_id":"1"}],"messages":[{"id":"wamid.1","message_status":"accepted"}]}"#.as_slice();
        let transient = br#"{"error":{"message":"later","code":7777,"is_transient":true}}"#.as_slice();
        for (status, body, meaning) in [
            (200, sent, "sent wamid.1"),
            (200, br#"{"messages":[]}"#.as_slice(), "unknown"),
            (200, br#"{"messages":[{"id":""}]}"#.as_slice(), "unknown"),
            (200, b"<html>".as_slice(), "unknown"),
            (500, sent, "unknown"),
            (502, b"bad gateway".as_slice(), "unknown"),
            (503, transient, "not sent"),
            (400, br#"{"error":"no"}"#.as_slice(), "not sent"),
            (429, b"".as_slice(), "not sent 60 all"),
            (307, b"".as_slice(), "not sent"),
            (404, b"not here".as_slice(), "not sent"),
            (408, b"".as_slice(), "unknown"),
        ] {
            let read = interpret(&Answer { status, body, ..Answer::default() });
            assert_eq!(short(read), meaning, "{status} {}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn the_wait_is_the_one_that_was_asked_for_if_it_is_long_enough() {
        let asked = |code: u32, retry_after| {
            let body = format!(r#"{{"error":{{"code":"{code}"}}}}"#);
            let answer = Answer { status: 429, retry_after, body: body.as_bytes(), ..Answer::default() };
            short(interpret(&answer))
        };
        assert_eq!(asked(130_429, Some("7")), "not sent 7 all");
        assert_eq!(asked(131_056, Some("7")), "not sent 16");
        assert_eq!(asked(131_056, Some("90")), "not sent 90");
        assert_eq!(asked(4, Some("99999999")), "not sent 86400 all");
    }

    proptest! {
        #[test]
        fn no_answer_is_too_strange(
            status in strange::statuses(),
            body in strange::answers("messages|id|error|message|code|error_data|details|is_transient|fbtrace_id|contacts"),
            header in prop::option::of("\\PC{0,60}"),
            attempt in any::<u32>(),
        ) {
            let (retry_after, date) = (header.as_deref(), header.as_deref());
            let result = interpret(&Answer { status, retry_after, date, body: &body, attempt });
            strange::is_sound(status, &result)?;
        }
    }
}
