//! What Telegram's answer to a call means. Pure.
//!
//! After https://core.telegram.org/bots/api (making requests, ResponseParameters). Its descriptions are for people and
//! change; the few that matter here have been the same for years.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::adapters::channels::outcome;
use crate::ports::channel::SendResult;

#[derive(Deserialize)]
struct Body<'a> {
    ok: bool,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(default)]
    error_code: Option<u16>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    #[serde(default)]
    retry_after: Option<u64>,
}

#[derive(Deserialize)]
struct Message {
    message_id: i64,
}

/// What became of a message. `status` is HTTP's, for who answers without words.
pub fn interpret(status: u16, body: &[u8]) -> SendResult {
    let Ok(body) = serde_json::from_slice::<Body>(body) else { return without_words(status) };
    if !body.ok {
        return refused(body.error_code.unwrap_or(status), &body);
    }
    match body.result.and_then(|result| serde_json::from_str::<Message>(result.get()).ok()) {
        Some(Message { message_id }) => SendResult::Sent { provider_id: message_id.to_string() },
        None => outcome::without_words("Telegram", status),
    }
}

fn without_words(status: u16) -> SendResult {
    match status {
        429 => busy(None),
        status => outcome::without_words("Telegram", status),
    }
}

fn refused(code: u16, body: &Body) -> SendResult {
    let words = body.description.as_deref().unwrap_or_default();
    let says = |some: &str| words.to_ascii_lowercase().contains(some);
    let reason = format!("Telegram refused it: {} ({code})", outcome::quoted(words));
    match code {
        401 | 404 => SendResult::AccountRefused { reason: format!("Telegram knows no bot with this token ({code})") },
        403 if says("blocked by the user") => {
            SendResult::OptedOut { reason: format!("the contact has blocked us ({code})") }
        }
        403 if says("deactivated") => SendResult::Permanent { reason: "the contact's account is gone (403)".into() },
        403 if says("can't initiate") => {
            SendResult::Permanent { reason: "the contact has to write to the bot first (403)".into() }
        }
        409 => SendResult::NotSent { after: None, account_wide: false, reason },
        429 => busy(body.parameters.as_ref().and_then(|parameters| parameters.retry_after)),
        // It may have been on its way when something broke.
        500.. => SendResult::Unknown { reason },
        _ => SendResult::Permanent { reason },
    }
}

fn busy(after: Option<u64>) -> SendResult {
    let after = after.map(|seconds| Duration::from_secs(seconds.max(1)).min(outcome::THROTTLED_MAX));
    SendResult::NotSent { after, account_wide: false, reason: "Telegram asked us to slow down (429)".into() }
}

/// The result of any other call; else why there is none, in words.
pub fn result<'a, T: Deserialize<'a>>(status: u16, body: &'a [u8]) -> Result<T, Refused> {
    let body = serde_json::from_slice::<Body>(body).map_err(|_| Refused {
        code: status,
        words: format!("it answered with HTTP {status} and nothing we can read"),
        retry_after: None,
    })?;
    let refused = || Refused {
        code: body.error_code.unwrap_or(status),
        words: outcome::quoted(body.description.as_deref().unwrap_or_default()),
        retry_after: body.parameters.as_ref().and_then(|parameters| parameters.retry_after).map(Duration::from_secs),
    };
    let there = body.result.filter(|_| body.ok).ok_or_else(refused)?;
    serde_json::from_str(there.get()).map_err(|error| Refused { words: error.to_string(), ..refused() })
}

#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    pub code: u16,
    pub words: String,
    pub retry_after: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::adapters::channels::strange;

    fn refusal(code: u16, words: &str) -> SendResult {
        interpret(code, format!(r#"{{"ok":false,"error_code":{code},"description":"{words}"}}"#).as_bytes())
    }

    #[test]
    fn every_refusal_has_its_meaning() {
        for (code, words, meaning) in [
            (400, "Bad Request: chat not found", "permanent"),
            (400, "Bad Request: message is too long", "permanent"),
            (401, "Unauthorized", "account_refused"),
            (403, "Forbidden: bot was blocked by the user", "opted_out"),
            (403, "Forbidden: user is deactivated", "permanent"),
            (403, "Forbidden: bot can't initiate conversation with a user", "permanent"),
            (404, "Not Found", "account_refused"),
            (409, "Conflict: terminated by other getUpdates request", "not_sent"),
            (429, "Too Many Requests: retry after 7", "not_sent"),
            (500, "Internal Server Error", "unknown"),
            (502, "Bad Gateway", "unknown"),
        ] {
            assert_eq!(refusal(code, words).name(), meaning, "{code} {words}");
        }
    }

    #[test]
    fn an_answer_without_words_is_read_by_its_status() {
        assert_eq!(
            interpret(200, br#"{"ok":true,"result":{"message_id":413,"date":1}}"#),
            SendResult::Sent { provider_id: "413".into() }
        );
        for (status, body, meaning) in [
            (200, "", "unknown"),
            (200, "<html>", "unknown"),
            (200, r#"{"ok":true}"#, "unknown"),
            (302, "", "not_sent"),
            (404, "<html>", "not_sent"),
            (429, "", "not_sent"),
            (502, "<html>", "unknown"),
        ] {
            assert_eq!(interpret(status, body.as_bytes()).name(), meaning, "{status} {body}");
        }
    }

    #[test]
    fn the_wait_is_the_one_that_was_asked_for() {
        let asked = |seconds: u64| {
            let body = format!(r#"{{"ok":false,"error_code":429,"parameters":{{"retry_after":{seconds}}}}}"#);
            match interpret(429, body.as_bytes()) {
                SendResult::NotSent { after: Some(after), account_wide: false, .. } => after.as_secs(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!((asked(7), asked(0), asked(99_999_999)), (7, 1, 86_400));
    }

    proptest! {
        #[test]
        fn no_answer_is_too_strange(
            status in strange::statuses(),
            body in strange::answers("ok|result|message_id|error_code|description|parameters|retry_after|migrate_to_chat_id"),
        ) {
            let result = interpret(status, &body);
            strange::is_sound(status, &result)?;
        }
    }
}
