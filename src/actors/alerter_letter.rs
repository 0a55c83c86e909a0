//! What stands in a letter, and who gets it, as the store knows it when the letter is sent.

use crate::domain::alert::{Alert, RECIPIENTS_MAX, Recipient};
use crate::domain::event::Event;
use crate::domain::ids::DeliveryId;
use crate::domain::summary::Summary;
use crate::domain::time::Timestamp;
use crate::ports::alert::Letter;
use crate::ports::people::{People, Person, Role};
use crate::ports::store::{LoggedEvent, Store, StoreError, TakenAlert};
use crate::ports::teams::Teams;

/// Events looked through for the last words before an alert.
const EVENTS_MAX: usize = 60;
const SAID_MAX: usize = 10;
const SAID_CHARS_MAX: usize = 500;
/// More people with one role are not written to.
const PEOPLE_MAX: usize = 200;

/// What was found out about an alert.
pub enum Found {
    Letter {
        letter: Box<Letter>,
        queued_at: Timestamp,
        /// Recipients for whom there was no room in it.
        left_out: usize,
    },
    /// It cannot be sent, and why.
    Nobody(String),
}

/// Who there is to write to.
#[derive(Clone, Copy)]
pub struct Staff<'s>(pub &'s dyn People, pub &'s dyn Teams);

pub async fn find(
    store: &dyn Store,
    staff: Staff<'_>,
    taken: &TakenAlert,
    base_url: &str,
) -> Result<Found, StoreError> {
    let conversation = taken.contact.conversation;
    let missing = || Found::Nobody("its event is not in the log".to_owned());
    let Some(reading) = store.read_before(conversation, Some(taken.seq + 1), EVENTS_MAX).await? else {
        return Ok(missing());
    };
    let Some(LoggedEvent { event: Event::AlertQueued { alert, .. }, at, .. }) = reading.events.last() else {
        return Ok(missing());
    };
    let mut to = addresses(staff, &alert.to).await?;
    let mut cc = addresses(staff, &alert.cc).await?;
    cc.retain(|address| !to.contains(address));
    let left_out = (to.len() + cc.len()).saturating_sub(RECIPIENTS_MAX);
    to.truncate(RECIPIENTS_MAX);
    cc.truncate(RECIPIENTS_MAX - to.len());
    if to.is_empty() {
        return Ok(Found::Nobody(nobody(alert)));
    }
    let said = last_words(&reading.events, &reading.summary.name);
    let letter = Letter {
        id: DeliveryId { conversation, seq: taken.seq },
        at: *at,
        to,
        cc,
        reply_to: alert.reply_to.clone(),
        subject: alert.subject.clone(),
        body: alert.body.clone(),
        facts: facts(alert, &reading.summary),
        said,
        link: format!("{base_url}/c/{conversation}"),
        again: taken.flagged,
    };
    Ok(Found::Letter { letter: Box::new(letter), queued_at: *at, left_out })
}

/// Everybody once. Where nobody has a role, those with the next higher one are written to.
async fn addresses(staff: Staff<'_>, recipients: &[Recipient]) -> Result<Vec<String>, StoreError> {
    let mut addresses: Vec<String> = Vec::new();
    for recipient in recipients {
        let roles: &[Role] = match recipient {
            Recipient::Address(address) => {
                addresses.push(address.to_lowercase());
                continue;
            }
            Recipient::Agents => &[Role::Agent, Role::Supervisor, Role::Admin],
            Recipient::Supervisors => &[Role::Supervisor, Role::Admin],
            Recipient::Admins => &[Role::Admin],
            Recipient::Agent(_) | Recipient::Team(_) => {
                let named = named(staff, recipient).await?;
                // Where nobody of a team is left, those are written to who can say whose it is.
                let empty = named.is_empty() && matches!(recipient, Recipient::Team(_));
                addresses.extend(named);
                if empty { &[Role::Supervisor, Role::Admin] } else { &[] }
            }
        };
        for role in roles {
            let found = emails(staff.0.with_role(*role, PEOPLE_MAX).await?);
            if !found.is_empty() {
                addresses.extend(found);
                break;
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    addresses.retain(|address| seen.insert(address.clone()));
    Ok(addresses)
}

async fn named(Staff(people, teams): Staff<'_>, recipient: &Recipient) -> Result<Vec<String>, StoreError> {
    let members = match recipient {
        Recipient::Agent(agent) => [agent.id].into(),
        Recipient::Team(named) => teams
            .teams()
            .await?
            .into_iter()
            .find(|team| team.id == named.id)
            .map(|team| team.members)
            .unwrap_or_default(),
        _ => return Ok(Vec::new()),
    };
    Ok(emails(people.people().await?.into_iter().filter(|person| members.contains(&person.id)).collect()))
}

fn emails(people: Vec<Person>) -> Vec<String> {
    people.into_iter().map(|person| person.email).filter(|email| !email.is_empty()).collect()
}

fn nobody(alert: &Alert) -> String {
    if alert.to.is_empty() {
        return "none of its recipients is an e-mail address".to_owned();
    }
    let wanted = alert.to.iter().map(Recipient::as_str).collect::<Vec<_>>().join(", ");
    format!("nobody with an e-mail address is among the {wanted}: add people with `switchboard agent add`")
}

fn facts(alert: &Alert, summary: &Summary) -> Vec<(String, String)> {
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let mut facts = vec![
        fact("Contact", summary.name.clone()),
        fact("Channel", format!("{} ({})", summary.channel.as_str(), summary.account)),
    ];
    if let Some((reason, words)) = &summary.wanted {
        let words = if words.is_empty() { String::new() } else { format!(": “{words}”") };
        facts.push(fact("Wants a person", format!("{}{words}", reason.as_str().replace('_', " "))));
    }
    if !summary.labels.is_empty() {
        let labels = summary.labels.iter().map(ToString::to_string).collect::<Vec<_>>();
        facts.push(fact("Labels", labels.join(", ")));
    }
    facts.push(fact("Why this letter", alert.because.clone()));
    facts
}

/// What was said to and by the contact, oldest first.
fn last_words(events: &[LoggedEvent], contact: &str) -> Vec<(String, String)> {
    let said = events.iter().rev().filter_map(|logged| match &logged.event {
        Event::ContactSaid { heard, .. } if heard.is_wordless() => None,
        Event::ContactSaid { heard, .. } if heard.text.is_empty() => Some((contact, "(no words)")),
        Event::ContactSaid { heard, .. } => Some((contact, heard.text.as_str())),
        Event::BotSaid { line, .. } => Some(("Bot", line.text.as_str())),
        Event::AgentSaid { agent, text, .. } => Some((agent.name.as_str(), text.as_str())),
        Event::OutsideSaid { text, .. } => Some(("Outside the console", text.as_str())),
        _ => None,
    });
    let cut = |text: &str| text.chars().take(SAID_CHARS_MAX).collect::<String>();
    let mut said: Vec<_> = said.take(SAID_MAX).map(|(who, text)| (who.to_owned(), cut(text))).collect();
    said.reverse();
    said
}
