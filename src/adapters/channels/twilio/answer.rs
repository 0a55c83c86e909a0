//! What Twilio's answer to a send means. Pure.

use std::time::Duration;

use serde::Deserialize;

use super::errors::{Meaning, meaning};
use crate::adapters::channels::outcome;
use crate::ports::channel::SendResult;

const SLOW_DOWN: &str = "Twilio asked us to slow down";

/// An answer, and the headers that matter.
#[derive(Debug, Default)]
pub struct Answer<'a> {
    pub status: u16,
    pub date: Option<&'a str>,
    pub retry_after: Option<&'a str>,
    pub body: &'a [u8],
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    sid: Option<String>,
    #[serde(default)]
    code: Option<u32>,
    #[serde(default)]
    message: Option<String>,
}

pub fn interpret(answer: &Answer) -> SendResult {
    let body = serde_json::from_slice::<Body>(answer.body).ok();
    match (answer.status, body) {
        (200..=299, Some(Body { sid: Some(sid), .. })) if !sid.is_empty() => SendResult::Sent { provider_id: sid },
        (status @ 400.., Some(Body { code: Some(code), message, .. })) => {
            refused(answer, status, code, &message.unwrap_or_default())
        }
        (429, _) => busy(answer, format!("{SLOW_DOWN} (HTTP 429)")),
        (401, _) => SendResult::AccountRefused { reason: "Twilio refuses the account or its token (HTTP 401)".into() },
        (status, _) => outcome::without_words("Twilio", status),
    }
}

fn refused(answer: &Answer, status: u16, code: u32, words: &str) -> SendResult {
    tracing::debug!(status, code, "twilio refused a message");
    match meaning(code) {
        Meaning::OptedOut => SendResult::OptedOut { reason: format!("the contact has opted out (code {code})") },
        Meaning::Busy => busy(answer, format!("{SLOW_DOWN} (code {code})")),
        Meaning::Account(words) => SendResult::AccountRefused { reason: format!("{words} (code {code})") },
        Meaning::Final(words) => SendResult::Permanent { reason: format!("{words} (code {code})") },
        Meaning::Unknown if status == 429 => busy(answer, format!("{SLOW_DOWN} (code {code})")),
        Meaning::Unknown if status == 401 => {
            SendResult::AccountRefused { reason: format!("Twilio refuses the account (code {code})") }
        }
        // It may have been on its way when something broke.
        Meaning::Unknown if status >= 500 => SendResult::Unknown { reason: format!("Twilio failed (code {code})") },
        Meaning::Unknown => {
            SendResult::Permanent { reason: format!("Twilio refused it: {} (code {code})", outcome::quoted(words)) }
        }
    }
}

fn busy(answer: &Answer, reason: String) -> SendResult {
    let after = outcome::retry_after(answer.retry_after, answer.date).map(|wait| wait.min(outcome::THROTTLED_MAX));
    SendResult::NotSent { after: after.map(|wait| wait.max(Duration::from_secs(1))), account_wide: true, reason }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::adapters::channels::strange;

    fn named(status: u16, body: &str) -> &'static str {
        interpret(&Answer { status, body: body.as_bytes(), ..Answer::default() }).name()
    }

    #[test]
    fn every_code_has_its_meaning() {
        for (status, code, meaning) in [
            (401, 20003, "account_refused"),
            (404, 20404, "account_refused"),
            (429, 20429, "not_sent"),
            (429, 7777, "not_sent"),
            (400, 21211, "permanent"),
            (400, 21408, "permanent"),
            (400, 21606, "permanent"),
            (400, 21610, "opted_out"),
            (400, 21611, "not_sent"),
            (400, 21617, "permanent"),
            (400, 7777, "permanent"),
            (401, 7777, "account_refused"),
            (500, 20500, "unknown"),
            (503, 20503, "unknown"),
        ] {
            let body = format!(r#"{{"code":{code},"message":"No.","more_info":"https://x","status":{status}}}"#);
            assert_eq!(named(status, &body), meaning, "{status} {code}");
        }
    }

    #[test]
    fn an_answer_without_words_is_read_by_its_status() {
        assert_eq!(named(201, r#"{"sid":"SM1","status":"queued","error_code":null}"#), "sent");
        for (status, body, meaning) in [
            (201, "", "unknown"),
            (200, "<html>", "unknown"),
            (302, "", "not_sent"),
            (401, "", "account_refused"),
            (404, "<html>", "not_sent"),
            (429, "", "not_sent"),
            (502, "<html>", "unknown"),
        ] {
            assert_eq!(named(status, body), meaning, "{status}");
        }
    }

    #[test]
    fn the_wait_is_the_one_that_was_asked_for() {
        let asked = |retry_after| {
            let body = br#"{"code":20429}"#;
            match interpret(&Answer { status: 429, retry_after, body, ..Answer::default() }) {
                SendResult::NotSent { after, account_wide: true, .. } => after.map(|after| after.as_secs()),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!((asked(Some("7")), asked(Some("0")), asked(None)), (Some(7), Some(1), None));
        assert_eq!(asked(Some("99999999")), Some(86_400));
    }

    proptest! {
        #[test]
        fn no_answer_is_too_strange(
            status in strange::statuses(),
            body in strange::answers("sid|code|message|status"),
            header in prop::option::of("\\PC{0,60}"),
        ) {
            let (retry_after, date) = (header.as_deref(), header.as_deref());
            let result = interpret(&Answer { status, retry_after, date, body: &body });
            strange::is_sound(status, &result)?;
        }
    }
}
