//! Listeners that remember, and hosts that answer.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use switchboard::dice;
use switchboard::domain::account::Channel;
use switchboard::domain::command::Command;
use switchboard::domain::event::Event;
use switchboard::domain::ids::{AccountId, BotId, ConversationId, Incarnation, Seq};
use switchboard::domain::next::Does;
use switchboard::domain::presence::Sign;
use switchboard::domain::summary::{ModeSummary, Summary};
use switchboard::domain::time::Timestamp;
use switchboard::ports::bus::{
    Answered, Asked, Bus, Done, Encoded, Host, Listener, News, NotAnswered, Note, Published,
};
use switchboard::ports::store::Contact;

use crate::directory_contract::props::{Joined, Several};
use crate::support::node::eventually;

pub fn contact(key: &str) -> Contact {
    Contact::of(&AccountId::new("page"), key)
}

pub fn anybody() -> ConversationId {
    ConversationId(dice::new_id())
}

pub fn published(conversation: ConversationId, first: Seq, texts: &[&str]) -> Arc<Published> {
    let said = |text: &&str| Event::ContactNamed { name: (*text).to_owned() };
    let events: Arc<[Event]> = texts.iter().map(said).collect();
    let summary = Summary {
        conversation,
        account: AccountId::new("page"),
        channel: Channel::Messenger,
        bot: BotId::new("harbor"),
        name: "Bo".into(),
        seq: first + texts.len() as Seq - 1,
        turn: 1,
        mode: ModeSummary::Bot,
        since: Timestamp(1),
        wanted: None,
        next: Does::AwaitsMessage.of(""),
        unanswered: 0,
        called: false,
        last: None,
        trouble: false,
        hot: false,
        rungs: 0,
        labels: Vec::new(),
        window: None,
        assigned: Default::default(),
        status: switchboard::domain::aside::Status::Open,
        priority: switchboard::domain::priority::Priority::None,
        blocked: false,
        opted_out: false,
        written: switchboard::domain::unread::Written::default(),
    };
    let (at, summary) = (Timestamp(7), Arc::new(summary));
    Arc::new(Published { first, at, events, summary, console_frame: Encoded::default() })
}

/// What a listener heard.
#[derive(Default, Clone)]
pub struct Ear(Arc<Mutex<Heard>>);

#[derive(Default)]
struct Heard {
    published: Vec<Arc<Published>>,
    signs: Vec<Sign>,
    doubts: usize,
}

impl Ear {
    pub fn listener(&self) -> Listener {
        let heard = self.0.clone();
        Arc::new(move |news: News<'_>| {
            let mut heard = heard.lock().expect("nobody panics here");
            match news {
                News::Published(published) => heard.published.push(published.clone()),
                News::Shown(sign) => heard.signs.push(sign.clone()),
                News::MaybeMissed => heard.doubts += 1,
            }
        })
    }

    pub fn signs(&self) -> Vec<Sign> {
        self.0.lock().expect("nobody panics here").signs.clone()
    }

    pub fn doubts(&self) -> usize {
        self.0.lock().expect("nobody panics here").doubts
    }

    /// The stretches with events: first seq and how many.
    pub fn stretches(&self) -> Vec<(Seq, usize)> {
        let heard = self.0.lock().expect("nobody panics here");
        let with_events = heard.published.iter().filter(|published| !published.events.is_empty());
        with_events.map(|published| (published.first, published.events.len())).collect()
    }

    pub fn all(&self) -> Vec<Arc<Published>> {
        self.0.lock().expect("nobody panics here").published.clone()
    }

    pub async fn until_doubts(&self, count: usize) {
        eventually("it is told to look", async || (self.doubts() >= count).then_some(())).await;
    }

    pub async fn until_heard(&self, count: usize) {
        eventually("it hears", async || (self.all().len() >= count).then_some(())).await;
    }
}

/// Answers as it is told, and remembers what it was asked.
pub struct Answering {
    answer: Option<Answered>,
    pub asked: Mutex<Vec<Asked>>,
    pub noted: Mutex<Vec<Note>>,
}

impl Answering {
    pub fn with(answer: Option<Answered>) -> Arc<Self> {
        Arc::new(Self { answer, asked: Mutex::default(), noted: Mutex::default() })
    }

    pub fn done(last: Seq) -> Arc<Self> {
        Self::with(Some(Ok(Done { last })))
    }
}

impl Host for Answering {
    fn asked(&self, asked: Asked) -> BoxFuture<'static, Option<Answered>> {
        self.asked.lock().expect("nobody panics here").push(asked);
        let answer = self.answer.clone();
        async move { answer }.boxed()
    }

    fn noted(&self, note: Note) {
        self.noted.lock().expect("nobody panics here").push(note);
    }
}

pub fn asked(text: &str) -> Asked {
    let command = Command::ViewPage { url: text.to_owned(), title: String::new() };
    Asked { contact: contact("7"), command, key: Some(format!("in:{text}")) }
}

/// Two nodes that can hear each other, and the address of the second.
pub async fn two(place: &mut Several) -> (Joined, Joined, Incarnation) {
    let (one, other) = (place.join().await, place.join().await);
    let address = address_of(&other, &one).await;
    (one, other, address)
}

/// Where `node` is, as `other` sees it.
pub async fn address_of(node: &Joined, other: &Joined) -> Incarnation {
    use switchboard::ports::directory::{ActorName, Claim};
    let find = async || {
        // Where Redis has forgotten everybody, the other may not know this node yet, and take what it has for its own.
        let name = ActorName::Conversation(anybody());
        node.directory.claim(name.clone()).await.ok()?;
        node.directory.confirm(name.clone(), 1).await.ok()?;
        match other.directory.claim(name.clone()).await.ok()? {
            Claim::With(address) => Some(address),
            Claim::Ours => None,
        }
    };
    eventually("the other finds it", find).await
}

/// Asks until the node can be reached: its subscription may be a moment younger than its name.
pub async fn ask_until_there(bus: &Arc<dyn Bus>, node: Incarnation) -> Answered {
    let ask = async || match bus.ask(node, asked("hello")).await {
        Ok(answer) => Some(answer),
        Err(NotAnswered::Down | NotAnswered::NotThere | NotAnswered::Silent) => None,
        Err(other) => panic!("{other:?}"),
    };
    eventually("it answers", ask).await
}

pub const A_MOMENT: Duration = Duration::from_millis(300);
