use serde_json::Value;

use super::*;

fn fields(body: &str) -> Fields<'_> {
    url::form_urlencoded::parse(body.as_bytes()).collect()
}

/// A request as the vectors write it.
fn verify(input: &Value, signer: &Signer) -> bool {
    let text = |name: &str| input[name].as_str();
    let raw = text("raw_body").unwrap_or_default();
    let form = fields(raw);
    let is_form = text("content_type").is_none_or(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    signer.verify(&Signed {
        url: text("url").unwrap(),
        body: if is_form { Body::Form(&form) } else { Body::Other(raw.as_bytes()) },
        signature: text("x_twilio_signature"),
        settings: text("x_twilio_webhooks_signature_settings"),
    })
}

#[test]
fn the_vectors_hold() {
    let file: Value = serde_json::from_str(include_str!("../../../../tests/vectors/twilio_signature.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    for case in cases {
        let (id, input, expected) = (&case["id"], &case["input"], &case["expected"]);
        let secret = input["secret"].as_str().unwrap();
        let shared = input.get("x_twilio_webhooks_signature_settings").map(|_| secret);
        let signer = Signer::new(if shared.is_some() { "the token" } else { secret }, shared);
        assert_eq!(verify(input, &signer), expected["valid"].as_bool().unwrap(), "{id}");
        assert!(!verify(input, &Signer::new("another", Some("another"))), "{id} with another secret");
        if let Some(decoded) = expected["decoded_params"].as_array() {
            let read = fields(input["raw_body"].as_str().unwrap_or_default());
            let read: Vec<Value> = read.iter().map(|(name, value)| serde_json::json!([name, value])).collect();
            assert_eq!(&read, decoded, "{id}");
        }
    }
    assert_eq!(cases.len(), 15);
}

/// Made by Twilio's own libraries; `tests/vectors/twilio_recorded.json` says how.
#[test]
fn what_twilios_libraries_sign_is_taken_and_nothing_else() {
    let file: Value = serde_json::from_str(include_str!("../../../../tests/vectors/twilio_recorded.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 20, "{}", cases.len());
    for case in cases {
        let signer = Signer::new(case["secret"].as_str().unwrap(), None);
        assert!(verify(case, &signer), "{case}");
        let mut touched = case.clone();
        touched["raw_body"] = format!("{}&Body=another", case["raw_body"].as_str().unwrap()).into();
        assert!(!verify(&touched, &signer), "{touched}");
        let mut moved = case.clone();
        moved["url"] = case["url"].as_str().unwrap().replace("/webhooks/", "/webhook/").into();
        assert!(!verify(&moved, &signer), "{moved}");
    }
}

fn signature(secret: &str, text: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}

#[test]
fn an_algorithm_that_is_not_known_is_never_another() {
    let good = signature("token", "https://h.example/x");
    let ask = |settings| {
        Signer::new("token", Some("shared")).verify(&Signed {
            url: "https://h.example/x",
            body: Body::Form(&vec![]),
            signature: Some(&good),
            settings,
        })
    };
    assert!(ask(None));
    for settings in ["", "key=k,algorithm=HMAC_SHA1", "key=k,algorithm=HMAC_SHA256", "algorithm", "nonsense"] {
        assert!(!ask(Some(settings)), "{settings}");
    }
}

#[test]
fn ports_users_and_fragments_are_as_twilio_has_them() {
    for (seen, signed) in [
        ("https://h.example/x", "https://h.example:443/x"),
        ("http://h.example/x", "http://h.example:80/x"),
        ("https://h.example:8443/x?a=b", "https://h.example/x?a=b"),
        ("https://u:p@h.example/x", "https://u:p@h.example/x"),
        ("https://u:p@h.example/x", "https://h.example/x"),
        ("https://h.example/x#rc=2&rp=all", "https://h.example/x"),
        ("https://h.example/x?name=O'Hara", "https://h.example/x?name=O%27Hara"),
        ("https://[::1]:8443/x", "https://[::1]/x"),
    ] {
        let good = signature("token", signed);
        let signed = Signed { url: seen, body: Body::Form(&vec![]), signature: Some(&good), settings: None };
        assert!(Signer::new("token", None).verify(&signed), "{seen}");
    }
    let good = signature("token", "https://h.example:8443/x");
    let signed =
        Signed { url: "https://h.example/x", body: Body::Form(&vec![]), signature: Some(&good), settings: None };
    assert!(!Signer::new("token", None).verify(&signed));
}

#[test]
fn an_empty_secret_signs_nothing() {
    let good = signature("", "https://h.example/x");
    let signed =
        Signed { url: "https://h.example/x", body: Body::Form(&vec![]), signature: Some(&good), settings: None };
    assert!(!Signer::new("", Some("")).verify(&signed));
}
