//! What Graph says when it refuses. The numbers decide; the words are for people, and sometimes quote our token.

use serde::Deserialize;

use crate::adapters::channels::lenient::Word;

#[derive(Deserialize)]
pub struct Fault<'a> {
    #[serde(borrow, default)]
    pub message: Option<Word<'a>>,
    #[serde(borrow, default)]
    code: Option<Word<'a>>,
    #[serde(borrow, default)]
    error_subcode: Option<Word<'a>>,
    #[serde(borrow, default)]
    error_data: Option<Details<'a>>,
    #[serde(default)]
    is_transient: Option<bool>,
    #[serde(borrow, default)]
    fbtrace_id: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Details<'a> {
    #[serde(borrow, default)]
    pub details: Option<Word<'a>>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    error: Option<Fault<'a>>,
}

impl<'a> Fault<'a> {
    /// None: the body says nothing of the kind.
    pub fn read(body: &'a [u8]) -> Option<Self> {
        serde_json::from_slice::<Body>(body).ok()?.error
    }

    /// None: without a number it is not Graph that speaks.
    pub fn code(&self) -> Option<u32> {
        self.code.as_ref()?.0.parse().ok()
    }

    pub fn subcode(&self) -> Option<u32> {
        self.error_subcode.as_ref()?.0.parse().ok()
    }

    /// Another try may well succeed.
    pub fn is_passing(&self) -> bool {
        self.is_transient == Some(true)
    }

    /// By which Meta's support finds the call.
    pub fn trace(&self) -> &str {
        self.fbtrace_id.as_ref().map_or("", |trace| &trace.0)
    }

    /// Its own words, the more telling ones if there are two.
    pub fn words(&self) -> &str {
        let details = self.error_data.as_ref().and_then(|data| data.details.as_ref());
        details.or(self.message.as_ref()).map_or("no reason given", |words| &words.0)
    }
}
