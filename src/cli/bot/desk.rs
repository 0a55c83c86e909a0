//! One conversation with a bot, without a server: the same core, a clock that is pushed by hand, and a reason for
//! everything that happens.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use switchboard::adapters::bots::request;
use switchboard::domain::account::{Account, Channel, WhenUncertain};
use switchboard::domain::bot::Bot;
use switchboard::domain::call::{Ask, Outcome};
use switchboard::domain::command::{Command, Refusal};
use switchboard::domain::conversation::Conversation;
use switchboard::domain::event::{Agent, Event, Origin};
use switchboard::domain::ids::{AccountId, AgentId, ConversationId};
use switchboard::domain::message::{Choice, Heard};
use switchboard::domain::state::{Mode, State};
use switchboard::domain::time::Timestamp;
use switchboard::wire::event::What;
use switchboard::wire::outside::Answer;
use switchboard::wire::view;

pub const HELP: &str = "\
  words               what the contact says
  [Label]             the contact taps the newest button with this label
  /open               the contact opens the chat without a word
  /page URL           the contact looks at a page
  /button PAYLOAD     the contact taps a button that is not the bot's, such as GET_STARTED
  /from WORD words    the contact comes by a link that carries the word
  /answer {JSON}      the system that is being asked answers; an outside bot as in docs/outside-bots.md
  /fail words         it fails
  /agent words        an agent answers, and has the floor
  /label vip, /unlabel vip   an agent puts a label on the contact; takes it off
  /take, /back        an agent takes over; gives the floor back
  /wait 1h            time passes: s, m, h, d
  /now 2026-03-04T10:00Z   the clock is set; not back
  /state              who has the floor, where the bot stands, what is known
  /quit";

/// Wednesday, 4 March 2026, 10:00 UTC.
const MORNING: Timestamp = Timestamp(1_772_618_400_000);
const DAY: u64 = 24 * 60 * 60;

pub struct Desk {
    now: Timestamp,
    conversation: Conversation,
    buttons: Vec<Choice>,
}

/// One thing that happened.
pub struct Told {
    pub line: String,
    /// Why, for those who want to know.
    why: String,
}

impl Told {
    pub fn explained(&self) -> String {
        if self.why.is_empty() { self.line.clone() } else { format!("{}\n    · {}", self.line, self.why) }
    }
}

impl Desk {
    pub fn new(bot: Arc<Bot>) -> Self {
        let id = AccountId::new("desk");
        let account = Account {
            id: id.clone(),
            channel: Channel::Webchat,
            name: "Desk".into(),
            bot: bot.id.clone(),
            templates: Vec::new(),
            uncertain: WhenUncertain::Resend,
        };
        let contact = ConversationId::of(&id, "contact");
        let conversation = Conversation::new(contact, Arc::new(account), bot, State::default());
        Self { now: MORNING, conversation, buttons: Vec::new() }
    }

    pub fn bot_name(&self) -> &str {
        &self.conversation.bot.name
    }

    /// Does what a line says, and tells what followed.
    pub fn act(&mut self, line: &str) -> Result<Vec<Told>, String> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match word {
            "/wait" => return span(rest).map(|span| self.wait(span)),
            "/now" => return self.set_clock(rest),
            "/open" => self.ask(Command::Open),
            "/page" => self.ask(Command::ViewPage { url: rest.into(), title: String::new() }),
            "/button" => self.ask(hear(Heard::tap(rest, ""))),
            "/from" => {
                let (referral, words) = rest.split_once(' ').unwrap_or((rest, ""));
                self.ask(hear(Heard { referral: Some(referral.into()), ..Heard::text(words) }))
            }
            "/answer" => self.answer(rest)?,
            "/fail" => self.called(Outcome::Failed(rest.to_owned()))?,
            "/agent" => {
                let (agent, text, seen) = (agent(), rest.to_owned(), self.conversation.state.seq);
                self.ask(Command::Reply { agent, text, attachment: None, seen, anyway: true })
            }
            "/label" => self.ask(Command::Label { agent: agent(), label: rest.into(), on: true }),
            "/unlabel" => self.ask(Command::Label { agent: agent(), label: rest.into(), on: false }),
            "/take" => self.ask(Command::TakeOver { agent: agent() }),
            "/back" => self.ask(Command::GiveBack { agent: agent(), answer: None }),
            word if word.starts_with('/') => return Err(format!("there is no {word}; /help says what there is")),
            _ => match line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                Some(label) => self.tap(label)?,
                None => self.ask(hear(Heard::text(line))),
            },
        }
        .map_err(|refusal| refusal.to_string())
    }

    fn tap(&mut self, label: &str) -> Result<Result<Vec<Told>, Refusal>, String> {
        let button = self.buttons.iter().rev().find(|button| button.label == label);
        let button = button.cloned().ok_or_else(|| format!("there is no button [{label}]"))?;
        Ok(self.ask(hear(Heard::tap(button.id, button.label))))
    }

    /// Plays the part of whoever is asked.
    fn answer(&mut self, text: &str) -> Result<Result<Vec<Told>, Refusal>, String> {
        let open = self.conversation.state.call.as_ref().ok_or("nobody is being asked anything")?;
        let outcome = match &open.ask {
            Ask::Http(request) => {
                let json = serde_json::from_str(text).map_err(|error| format!("this is no JSON: {error}"))?;
                request::read(&json, &request.wanted).map_or_else(Outcome::Failed, Outcome::Values)
            }
            Ask::Bot => {
                let answer = Answer::read(text.as_bytes()).and_then(|answer| answer.to_core());
                answer.map_or_else(Outcome::Failed, Outcome::Bot)
            }
        };
        self.called(outcome)
    }

    fn called(&mut self, outcome: Outcome) -> Result<Result<Vec<Told>, Refusal>, String> {
        let open = self.conversation.state.call.as_ref().ok_or("nobody is being asked anything")?;
        let (call, turn) = (open.id, open.turn);
        Ok(self.ask(Command::Called { call, turn, outcome }))
    }

    fn wait(&mut self, span: Duration) -> Vec<Told> {
        let until = self.now + span;
        let mut told = Vec::new();
        while let Some(due) = self.conversation.next_deadline().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            match self.ask(Command::DeadlinePassed) {
                Ok(more) => told.extend(more),
                Err(_) => break,
            }
        }
        self.now = until;
        told
    }

    fn set_clock(&mut self, text: &str) -> Result<Vec<Told>, String> {
        let bad = || format!("“{text}” is not a moment like 2026-03-04T10:00Z, or it has passed");
        let at: jiff::Timestamp = text.parse().map_err(|_| bad())?;
        let at = Timestamp(u64::try_from(at.as_millisecond()).map_err(|_| bad())?);
        if at < self.now {
            return Err(bad());
        }
        Ok(self.wait(at.since(self.now)))
    }

    fn ask(&mut self, command: Command) -> Result<Vec<Told>, Refusal> {
        let events = self.conversation.decide(self.now, command)?;
        let mut told = Vec::new();
        for event in events {
            self.conversation.apply(&event, self.now);
            if let Event::BotSaid { line, .. } = &event {
                self.buttons.extend(line.choices.iter().cloned());
            }
            told.extend(tell(&event));
        }
        Ok(told)
    }

    /// Who has the floor, where the bot stands, and what is known.
    pub fn state(&self) -> String {
        let (state, summary) = (&self.conversation.state, self.conversation.summary());
        let mut text = format!("  mode {}", summary.mode.as_str());
        if let Mode::Waiting { reason, rungs, .. } = &state.mode {
            let _ = write!(text, " ({}, {rungs} rungs climbed)", reason.as_str());
        }
        let _ = write!(text, ", turn {}; the bot {}", state.turn, summary.next);
        if let Some(due) = self.conversation.next_deadline() {
            let _ = write!(text, "\n  something happens in {} s", due.since(self.now).as_secs());
        }
        let session = &state.session;
        let hot = if session.hot { ", a hot lead" } else { "" };
        let _ = write!(text, "\n  session {}, {} points{hot}", session.number, session.score);
        for (name, value) in &state.attributes {
            let _ = write!(text, "\n  {name} = {value}");
        }
        for label in &state.labels {
            let _ = write!(text, "\n  label {label}");
        }
        text
    }
}

fn hear(heard: Heard) -> Command {
    Command::Hear { heard, provider_id: None, provider_at: None, name: None }
}

fn agent() -> Agent {
    Agent { id: AgentId(uuid::Uuid::nil()), name: "Ana".into() }
}

/// Reads `90s`, `5m`, `1h` or `2d`, up to a year.
fn span(text: &str) -> Result<Duration, String> {
    let unit = |unit: char| match unit {
        's' => Some(1),
        'm' => Some(60),
        'h' => Some(60 * 60),
        'd' => Some(DAY),
        _ => None,
    };
    let read = || {
        let last = text.chars().last()?;
        let count: u64 = text[..text.len() - last.len_utf8()].parse().ok()?;
        count.checked_mul(unit(last)?).filter(|seconds| *seconds <= 366 * DAY)
    };
    read().map(Duration::from_secs).ok_or_else(|| format!("“{text}” is not a time like 90s, 5m, 1h or 2d"))
}

/// An event in words; none for what the contact did, which the line before says already.
fn tell(event: &Event) -> Option<Told> {
    let what = view::event(0, Timestamp(0), event).what;
    let (line, why) = match what {
        What::BotSaid { text, options, attachments, why, .. } => {
            let shown = attachments.iter().map(|shown| format!("({}: {})", shown.kind, shown.url));
            let words = Some(text).filter(|text| !text.is_empty());
            let buttons = options.iter().map(|option| format!("[{}]", option.label));
            let line: Vec<String> = words.into_iter().chain(shown).chain(buttons).collect();
            (format!("< {}", line.join(" ")), why)
        }
        What::HandOff { reason, words, .. } if words.is_empty() => (format!("! hand-off: {reason}"), String::new()),
        What::HandOff { reason, words, .. } => (format!("! hand-off: {reason} “{words}”"), String::new()),
        What::AttributeSet { name, value, .. } => (format!("! {name} = {value}"), String::new()),
        What::Labelled { label, on, .. } => {
            (format!("! label {label}{}", if on { "" } else { " is gone" }), String::new())
        }
        What::FormCompleted { form, answers, .. } => {
            let answers: Vec<String> =
                answers.iter().map(|answer| format!("{} = {}", answer.name, answer.value)).collect();
            (format!("! form {form}: {}", answers.join(", ")), String::new())
        }
        What::Scored { points, hot, .. } => {
            (format!("! {points:+} points{}", if hot { ": a hot lead" } else { "" }), String::new())
        }
        What::TriggerPulled { trigger, at } => {
            (format!("! trigger {trigger}{}", if at.is_some() { ", later" } else { "" }), String::new())
        }
        What::CallOpened { whom, .. } => (format!("! asks {whom}"), String::new()),
        What::CallEnded { state, error, .. } if state != "answered" => {
            let why = error.map(|why| format!(": {why}")).unwrap_or_default();
            (format!("! the call {}{why}", if state == "failed" { "has failed" } else { "is cut off" }), String::new())
        }
        What::Alert { text } => (format!("! alert: {text}"), String::new()),
        What::EmailAlert { to, cc, reply_to, subject, body, why, .. } => {
            let copies = if cc.is_empty() { String::new() } else { format!(", copies to {}", cc.join(", ")) };
            let back = reply_to.map(|address| format!(", answers to {address}")).unwrap_or_default();
            let body = if body.is_empty() { body } else { format!(" {body}") };
            (format!("! e-mail to {}{copies}{back}: “{subject}”{body}", to.join(", ")), why)
        }
        What::TakenOver { by, .. } => (format!("! {} has the floor", by.name), String::new()),
        What::GivenBack { why, .. } => ("! the bot has the floor".to_owned(), why),
        What::PauseEnding { .. } => ("! the pause ends in five minutes".to_owned(), String::new()),
        _ => return None,
    };
    let why = [why, origin(event)].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
    Some(Told { line: line.replace('\n', " ⏎ "), why })
}

fn origin(event: &Event) -> String {
    let (Event::BotSaid { from, .. }
    | Event::CallOpened { from, .. }
    | Event::HandedOff { from, .. }
    | Event::AttributeSet { from, .. }
    | Event::Labelled { from, .. }
    | Event::FormCompleted { from, .. }
    | Event::AlertQueued { from, .. }
    | Event::Scored { from, .. }) = event
    else {
        return String::new();
    };
    let Origin { trigger, widget, .. } = from;
    let trigger = trigger.as_ref().map(|trigger| format!("rule {trigger}"));
    let widget = widget.as_ref().map(|widget| format!("at {widget}"));
    trigger.into_iter().chain(widget).collect::<Vec<_>>().join(", ")
}
