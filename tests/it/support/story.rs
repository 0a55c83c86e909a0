//! A conversation told as a story: people say things, time passes, and the test says what must have happened.
//!
//! The clock is a number. Everything goes through `decide`, `effects` and `apply`, as in the actor; the outbox is in
//! memory, and deadlines fire when they are due.

use std::sync::Arc;
use std::time::Duration;

use switchboard::domain::account::{Account, Channel, WhenUncertain};
use switchboard::domain::bot::Bot;
use switchboard::domain::command::{Command, Extension, Outcome, Refusal};
use switchboard::domain::conversation::Conversation;
use switchboard::domain::effects::effects;
use switchboard::domain::event::{Agent, Event, Receipt, Speaker};
use switchboard::domain::ids::{AccountId, AgentId, BotId, ConversationId, Seq};
use switchboard::domain::message::Heard;
use switchboard::domain::state::{DeliveryState, Mode, State};
use switchboard::domain::time::Timestamp;
use uuid::Uuid;

use super::outbox::{Outbox, RowState};

/// Wednesday, 4 March 2026, 10:00 UTC.
pub const MORNING: Timestamp = Timestamp(1_772_618_400_000);

pub fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

pub fn hours(hours: u64) -> Duration {
    minutes(hours * 60)
}

pub fn ana() -> Agent {
    agent(1, "Ana")
}

pub fn ben() -> Agent {
    agent(2, "Ben")
}

pub fn agent(number: u128, name: &str) -> Agent {
    Agent { id: AgentId(Uuid::from_u128(number)), name: name.into() }
}

pub fn conversation(channel: Channel, bot: Arc<Bot>) -> Conversation {
    let id = AccountId::new("harbour-page");
    let account = Account {
        id: id.clone(),
        channel,
        name: "Harbour".into(),
        bot: BotId::new("harbour"),
        templates: Vec::new(),
        uncertain: WhenUncertain::Resend,
    };
    Conversation::new(ConversationId::of(&id, "contact-7"), Arc::new(account), bot, State::default())
}

#[derive(Clone)]
pub struct Story {
    pub now: Timestamp,
    pub conversation: Conversation,
    pub log: Vec<(Timestamp, Event)>,
    pub outbox: Outbox,
    /// Where in the log the last thing that was told begins.
    scene: usize,
}

impl Story {
    /// A conversation on a Facebook Page.
    pub fn of(bot: Arc<Bot>) -> Self {
        Self::on(Channel::Messenger, bot)
    }

    pub fn on(channel: Channel, bot: Arc<Bot>) -> Self {
        let conversation = conversation(channel, bot);
        Self { now: MORNING, conversation, log: Vec::new(), outbox: Outbox::default(), scene: 0 }
    }

    // --- What people do ---

    pub fn contact(&mut self, text: &str) {
        self.hear(Heard::text(text));
    }

    /// The contact taps the newest button with this label.
    pub fn contact_taps(&mut self, label: &str) {
        let choices = self.log.iter().rev().filter_map(|(_, event)| match event {
            Event::BotSaid { line, .. } => line.choices.iter().find(|choice| choice.label == label),
            _ => None,
        });
        let choice = choices.into_iter().next().unwrap_or_else(|| panic!("there is no button “{label}”"));
        let heard = Heard::tap(choice.id.clone(), label);
        self.hear(heard);
    }

    pub fn hear(&mut self, heard: Heard) {
        self.tell(Command::Hear { heard, provider_id: None, provider_at: None, name: None });
    }

    /// An agent writes, with everything so far on the screen.
    pub fn agent(&mut self, agent: Agent, text: &str) {
        let seen = self.seq();
        self.tell(Command::Reply { agent, text: text.into(), attachment: None, seen, anyway: false });
    }

    pub fn takes_over(&mut self, agent: Agent) {
        self.tell(Command::TakeOver { agent });
    }

    pub fn gives_back(&mut self, agent: Agent) {
        self.tell(Command::GiveBack { agent, answer: None });
    }

    pub fn extends(&mut self, agent: Agent, by: Extension) {
        self.tell(Command::Extend { agent, by });
    }

    /// Somebody answers in the Page inbox.
    pub fn page_inbox(&mut self, text: &str) {
        let provider_id = format!("outside-{}", self.seq());
        self.tell(Command::Echo { of: None, provider_id, text: text.into() });
    }

    /// Time passes, and what becomes due on the way happens.
    pub fn later(&mut self, span: Duration) {
        let until = self.now + span;
        self.scene = self.log.len();
        while let Some(deadline) = self.conversation.next_deadline().filter(|deadline| *deadline <= until) {
            self.now = self.now.max(deadline);
            let scene = self.scene;
            self.tell(Command::DeadlinePassed);
            self.scene = scene;
        }
        self.now = until;
    }

    /// The sender tries the message and this comes of it.
    pub fn sending(&mut self, of: Seq, outcome: Outcome) {
        self.starts_sending(of);
        self.ends_sending(of, outcome);
    }

    pub fn starts_sending(&mut self, of: Seq) {
        assert!(self.outbox.start_sending(of, self.now), "message {of} may not be sent: {:?}", self.outbox.state(of));
    }

    pub fn ends_sending(&mut self, of: Seq, outcome: Outcome) {
        self.tell(Command::Outcome { of, outcome });
    }

    /// Message `of` goes out without trouble, as `m<of>`.
    pub fn sent(&mut self, of: Seq) {
        self.sending(of, Outcome::Sent { provider_id: format!("m{of}") });
    }

    /// Everything that waits goes out.
    pub fn all_sent(&mut self) {
        for of in self.outbox.sendable(self.now) {
            self.sent(of);
        }
    }

    pub fn receipt(&mut self, receipt: Receipt, of: Seq) {
        self.tell(Command::Acknowledge { receipt, provider_ids: vec![format!("m{of}")], watermark: None });
    }

    // --- How it is told ---

    #[track_caller]
    pub fn tell(&mut self, command: Command) {
        if let Err(refusal) = self.try_to(command.clone()) {
            panic!("{command:?} was refused: {refusal}");
        }
    }

    /// Asks, and does what follows.
    pub fn try_to(&mut self, command: Command) -> Result<(), Refusal> {
        self.scene = self.log.len();
        let events = self.conversation.decide(self.now, command)?;
        let withdrawn = self.append(events);
        if !withdrawn.is_empty() {
            let scene = self.scene;
            self.try_to(Command::Withdraw { of: withdrawn })?;
            self.scene = scene;
        }
        Ok(())
    }

    fn append(&mut self, events: Vec<Event>) -> Vec<Seq> {
        let effects = effects(&self.conversation, self.seq() + 1, &events, self.now);
        for event in events {
            self.conversation.apply(&event, self.now);
            self.log.push((self.now, event));
        }
        self.outbox.run(effects).unwrap_or_else(|problem| panic!("{problem}"))
    }

    #[track_caller]
    pub fn expect_refusal(&mut self, command: Command) -> Refusal {
        let (before, state) = (self.log.len(), self.conversation.state.clone());
        match self.try_to(command.clone()) {
            Ok(()) => panic!("{command:?} was not refused: {:?}", self.scene()),
            Err(refusal) => {
                assert_eq!((self.log.len(), &self.conversation.state), (before, &state), "a refusal leaves no trace");
                refusal
            }
        }
    }

    // --- What must be so ---

    pub fn seq(&self) -> Seq {
        self.conversation.state.seq
    }

    /// The events of the last thing that was told.
    pub fn scene(&self) -> Vec<&Event> {
        self.log[self.scene..].iter().map(|(_, event)| event).collect()
    }

    /// What the bot said in the last scene.
    pub fn bot_lines(&self) -> Vec<&str> {
        let mut lines = Vec::new();
        for event in self.scene() {
            if let Event::BotSaid { line, .. } = event {
                lines.push(line.text.as_str());
            }
        }
        lines
    }

    #[track_caller]
    pub fn expect_bot(&self, lines: &[&str]) {
        assert_eq!(self.bot_lines(), lines, "in {:#?}", self.scene());
    }

    #[track_caller]
    pub fn expect_silence(&self) {
        self.expect_bot(&[]);
    }

    #[track_caller]
    pub fn expect_bot_mode(&self) {
        assert_eq!(self.conversation.state.mode, Mode::Bot);
    }

    #[track_caller]
    pub fn expect_waiting(&self, for_reason: &str) {
        match &self.conversation.state.mode {
            Mode::Waiting { reason, .. } => assert_eq!(reason.as_str(), for_reason),
            mode => panic!("nobody is waited for: {mode:?}"),
        }
    }

    #[track_caller]
    pub fn expect_human(&self, holder: &Agent) {
        self.expect_floor(&Speaker::Agent(holder.clone()));
    }

    #[track_caller]
    pub fn expect_floor(&self, holder: &Speaker) {
        match &self.conversation.state.mode {
            Mode::Human { by, .. } => assert_eq!(by, holder),
            mode => panic!("no human has the floor: {mode:?}"),
        }
    }

    /// How long the bot will still be silent; none: until somebody gives back.
    #[track_caller]
    pub fn expect_pause(&self, left: Option<Duration>) {
        match &self.conversation.state.mode {
            Mode::Human { until, .. } => assert_eq!(until.map(|until| until.since(self.now)), left),
            mode => panic!("there is no pause: {mode:?}"),
        }
    }

    /// The last scene has exactly one such event.
    #[track_caller]
    pub fn expect_event(&self, such: impl Fn(&Event) -> bool) {
        assert_eq!(self.count(such), 1, "in {:#?}", self.scene());
    }

    #[track_caller]
    pub fn expect_no_event(&self, such: impl Fn(&Event) -> bool) {
        assert_eq!(self.count(such), 0, "in {:#?}", self.scene());
    }

    fn count(&self, such: impl Fn(&Event) -> bool) -> usize {
        self.scene().into_iter().filter(|event| such(event)).count()
    }

    /// The seq of the last message with this text.
    #[track_caller]
    pub fn seq_of(&self, text: &str) -> Seq {
        let said = |event: &Event| match event {
            Event::BotSaid { line, .. } => line.text == text,
            Event::AgentSaid { text: said, .. } | Event::OutsideSaid { text: said, .. } => said == text,
            _ => false,
        };
        let at = self.log.iter().rposition(|(_, event)| said(event));
        at.unwrap_or_else(|| panic!("nobody said “{text}”")) as Seq + 1
    }

    #[track_caller]
    pub fn expect_row(&self, of: Seq, state: Option<RowState>) {
        assert_eq!(self.outbox.state(of), state, "of message {of}");
    }

    pub fn delivery(&self, of: Seq) -> Option<&DeliveryState> {
        self.conversation.state.deliveries.get(&of).map(|delivery| &delivery.state)
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.conversation.state.attributes.get(name).map(String::as_str)
    }
}
