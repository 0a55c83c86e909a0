//! What all providers' answers have in common: the question is always whether the message went out, and where that
//! cannot be told, the outcome is `Unknown`.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::http::Unanswered;
use crate::ports::channel::SendResult;

/// However long a provider asks us to wait, we look again after a day.
pub const THROTTLED_MAX: Duration = Duration::from_secs(24 * 60 * 60);
const WORDS_MAX: usize = 300;

/// Sends `parts` strictly one after another. Should a later one fail, some of the message is at the contact's, and what
/// became of the whole is unknown.
pub async fn in_order<P>(parts: Vec<P>, post: impl Fn(P) -> BoxFuture<'static, SendResult>) -> SendResult {
    let mut result = SendResult::Permanent { reason: "there is nothing to send".into() };
    for (number, part) in parts.into_iter().enumerate() {
        result = match post(part).await {
            SendResult::Sent { provider_id } => SendResult::Sent { provider_id },
            failed => return if number == 0 { failed } else { halfway(failed) },
        };
    }
    result
}

/// A failure after some of the message went out.
pub fn halfway(result: SendResult) -> SendResult {
    match result {
        SendResult::Sent { .. } => result,
        SendResult::NotSent { reason, .. }
        | SendResult::Permanent { reason }
        | SendResult::OptedOut { reason }
        | SendResult::AccountRefused { reason }
        | SendResult::Unknown { reason } => {
            SendResult::Unknown { reason: format!("only the beginning went out: {reason}") }
        }
    }
}

/// No answer at all. Only if there never was a connection did the message certainly stay here.
pub fn unanswered(provider: &str, why: Unanswered) -> SendResult {
    let reason = match why {
        Unanswered::Unreachable(words) => {
            let reason = format!("{provider} cannot be reached: {words}");
            return SendResult::NotSent { after: None, account_wide: true, reason };
        }
        Unanswered::TooLate => format!("{provider} did not answer in time"),
        Unanswered::Broken(words) => format!("the connection broke before {provider} answered: {words}"),
    };
    SendResult::Unknown { reason }
}

/// An answer that is not in the provider's own words. Whoever refused, it was not the one who takes messages: a proxy,
/// a wrong address. The message is as good as before.
pub fn without_words(provider: &str, status: u16) -> SendResult {
    let reason = format!("{provider} answered with HTTP {status} and nothing we can read");
    match status {
        300..=407 | 409..=499 => SendResult::NotSent { after: None, account_wide: false, reason },
        _ => SendResult::Unknown { reason },
    }
}

/// `Retry-After`: seconds, or a date, which is read against the answer's own date: no clock of ours is asked.
pub fn retry_after(header: Option<&str>, date: Option<&str>) -> Option<Duration> {
    let header = header?.trim();
    if let Ok(seconds) = header.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(header)?.as_second().checked_sub(http_date(date?)?.as_second())?;
    Some(Duration::from_secs(until.max(0) as u64))
}

fn http_date(text: &str) -> Option<jiff::Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()
}

/// The provider's own words, on one line and not too many.
pub fn quoted(words: &str) -> String {
    words.chars().filter(|letter| !letter.is_control()).take(WORDS_MAX).collect()
}

/// Some error messages quote our credentials.
pub fn without_secret(mut result: SendResult, secret: &str) -> SendResult {
    match &mut result {
        SendResult::NotSent { reason, .. }
        | SendResult::Permanent { reason }
        | SendResult::OptedOut { reason }
        | SendResult::AccountRefused { reason }
        | SendResult::Unknown { reason }
            if !secret.is_empty() =>
        {
            *reason = reason.replace(secret, "…");
        }
        _ => {}
    }
    result
}
