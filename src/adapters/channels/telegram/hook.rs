//! Our address at Telegram: entered when a node starts, and looked after from then on.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::answer::Refused;
use super::call::{BadSettings, Caller, Settings};
use super::secret;
use crate::adapters::channels::http::Client;
use crate::domain::ids::AccountId;

/// What we read; Telegram leaves reactions out unless they are asked for.
const UPDATES: [&str; 5] = ["message", "edited_message", "callback_query", "my_chat_member", "message_reaction"];
const LOOK_EVERY: Duration = Duration::from_secs(15 * 60);
const AGAIN_AFTER: Duration = Duration::from_secs(1);
const AGAIN_AFTER_MAX: Duration = Duration::from_secs(5 * 60);

/// One bot's webhook.
pub struct TelegramHook {
    account: AccountId,
    caller: Caller,
    url: String,
    secret: String,
}

#[derive(Deserialize)]
struct Info {
    #[serde(default)]
    url: String,
    #[serde(default)]
    pending_update_count: u64,
    #[serde(default)]
    last_error_date: u64,
    #[serde(default)]
    last_error_message: String,
}

impl TelegramHook {
    /// `base`: how the world reaches us, without a slash at its end.
    pub fn new(client: Client, account: &AccountId, base: &str, settings: &Settings) -> Result<Self, BadSettings> {
        let url = format!("{base}/webhooks/telegram/{account}");
        let secret = secret(&settings.token);
        Ok(Self { account: account.clone(), caller: Caller::new(client, settings)?, url, secret })
    }

    /// Never returns. Every node does this: they all enter the same.
    pub async fn keep(self) {
        self.enter_until_taken().await;
        let mut last_error = 0;
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            match self.caller.ask::<Info>("getWebhookInfo", &json!({})).await {
                Ok(info) if info.url != self.url => {
                    tracing::warn!(account = %self.account, "telegram had another address for this bot; entering ours");
                    self.enter_until_taken().await;
                }
                Ok(info) if info.last_error_date > last_error => {
                    last_error = info.last_error_date;
                    let (waiting, error) = (info.pending_update_count, self.said(&info.last_error_message));
                    tracing::warn!(account = %self.account, waiting, error, "telegram could not bring an update");
                }
                Ok(_) => {}
                Err(refused) => self.complain(&refused),
            }
        }
    }

    async fn enter_until_taken(&self) {
        let (mut wait, mut said) = (AGAIN_AFTER, String::new());
        while let Err(refused) = self.enter().await {
            // However often it is tried: each thing is said once.
            if said != refused.words {
                self.complain(&refused);
                said.clone_from(&refused.words);
            }
            tokio::time::sleep(refused.retry_after.unwrap_or(wait).min(AGAIN_AFTER_MAX)).await;
            wait = (wait * 2).min(AGAIN_AFTER_MAX);
        }
        tracing::info!(account = %self.account, "telegram has our address");
    }

    async fn enter(&self) -> Result<bool, Refused> {
        let body = json!({"url": self.url, "secret_token": self.secret, "allowed_updates": UPDATES});
        self.caller.ask("setWebhook", &body).await
    }

    fn complain(&self, refused: &Refused) {
        let fix = match refused.code {
            401 | 404 => "check bot_token: @BotFather shows it, and whether it was revoked",
            400 => "public_url must be https, with a certificate that Telegram trusts, on port 443, 80, 88 or 8443",
            _ => "trying again",
        };
        tracing::error!(
            account = %self.account, code = refused.code, words = refused.words, fix,
            "telegram does not take our address; nothing that contacts write arrives"
        );
    }

    fn said(&self, words: &str) -> String {
        crate::adapters::channels::outcome::quoted(&words.replace(&self.caller.token, "…"))
    }
}
