//! Telegram's webhooks: an address for each bot, and a secret that comes with every update.

use super::read::{Ours, Told, read};
use super::secret;
use crate::adapters::channels::meta_signature::same;
use crate::domain::ids::AccountId;
use crate::ports::channel::{Inbound, Inlet, NotTaken, Received, Unread, Webhook};
use crate::ports::store::Contact;

const SECRET: &str = "x-telegram-bot-api-secret-token";

/// A bot that is connected.
pub struct Bot {
    pub account: AccountId,
    pub token: String,
}

pub struct TelegramInlet {
    /// Under which address the world reaches us, without a slash at its end.
    base: String,
    /// Each with the word that its updates carry.
    bots: Vec<(AccountId, String)>,
}

impl TelegramInlet {
    pub fn new(base: String, bots: Vec<Bot>) -> Self {
        Self { base, bots: bots.into_iter().map(|bot| (bot.account, secret(&bot.token))).collect() }
    }
}

impl Inlet for TelegramInlet {
    fn receive(&self, webhook: &Webhook<'_>) -> Result<Received, NotTaken> {
        let (account, secret) =
            self.bots.iter().find(|(account, _)| account.as_str() == webhook.place).ok_or(NotTaken::Nowhere)?;
        let given = webhook.headers.get(SECRET).unwrap_or_default();
        if !same(secret, given) || !webhook.is_post {
            return Err(NotTaken::NotSigned);
        }
        Ok(self.received(account, webhook))
    }
}

impl TelegramInlet {
    fn received(&self, account: &AccountId, webhook: &Webhook<'_>) -> Received {
        match read(webhook.body, &Ours { base: &self.base, account }) {
            Ok(Told::Done { chat, asks, language, courtesy }) => {
                let contact = Contact::of(account, &chat);
                let ask = |(key, command)| Inbound { contact: contact.clone(), key, command };
                let courtesies = courtesy.into_iter().map(|courtesy| (contact.clone(), courtesy)).collect();
                let known = language.into_iter().map(|language| (contact.clone(), "language", language)).collect();
                Received { asks: asks.into_iter().map(ask).collect(), known, courtesies, ..Received::default() }
            }
            Ok(Told::PassedOver(why)) => Received { passed_over: Some(why), ..Received::default() },
            Err(reason) => {
                Received { unread: vec![Unread { reason, raw: webhook.body.clone() }], ..Received::default() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    const TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

    fn receive(place: &str, secret: Option<&str>, body: &str) -> Result<Received, NotTaken> {
        let bot = Bot { account: AccountId::new("tg-1"), token: TOKEN.into() };
        let inlet = TelegramInlet::new("https://a.example".into(), vec![bot]);
        let headers = [(SECRET, secret.unwrap_or_default())];
        let body = Bytes::copy_from_slice(body.as_bytes());
        let (path, query) = ("/webhooks/telegram/tg-1", "");
        inlet.receive(&Webhook { is_post: true, path, place, query, headers: &headers, body: &body })
    }

    #[test]
    fn only_who_knows_the_word_is_heard() {
        let word = secret(TOKEN);
        let update = r#"{"update_id":7,"message":{"message_id":1,"date":1785312000,"chat":{"id":5,"type":"private"},"text":"Hi"}}"#;
        assert_eq!(receive("tg-1", Some(&word), update).unwrap().asks.len(), 1);
        for wrong in [None, Some(""), Some("x"), Some(&word[1..])] {
            assert_eq!(receive("tg-1", wrong, update).unwrap_err(), NotTaken::NotSigned, "{wrong:?}");
        }
        assert_eq!(receive("tg-2", Some(&word), update).unwrap_err(), NotTaken::Nowhere);
        assert_eq!(receive("", Some(&word), update).unwrap_err(), NotTaken::Nowhere);
        assert_eq!(receive("tg-1", Some(&word), "{").unwrap().unread.len(), 1);
    }

    #[test]
    fn the_word_is_one_that_telegram_takes_and_says_nothing_about_the_token() {
        let word = secret(TOKEN);
        assert!(word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_ne!(word, secret("110201543:other"));
    }
}
