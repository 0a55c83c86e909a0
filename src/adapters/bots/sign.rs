//! Signatures of Standard Webhooks (standardwebhooks.com): `v1,` and the HMAC-SHA256 over id, time and body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

pub struct Signer(hmac::Key);

impl Signer {
    /// With `whsec_` the rest is base64; anything else is taken as it stands.
    pub fn new(secret: &str) -> Self {
        let decoded = secret.strip_prefix("whsec_").and_then(|rest| STANDARD.decode(rest).ok());
        let key = decoded.unwrap_or_else(|| secret.as_bytes().to_vec());
        Self(hmac::Key::new(hmac::HMAC_SHA256, &key))
    }

    /// The value of `webhook-signature`.
    pub fn sign(&self, id: &str, seconds: u64, body: &[u8]) -> String {
        let mut signed = hmac::Context::with_key(&self.0);
        signed.update(format!("{id}.{seconds}.").as_bytes());
        signed.update(body);
        format!("v1,{}", STANDARD.encode(signed.sign()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_is_signed_alike() {
        let signer = Signer::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signature = signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
