//! A sign of who is at a conversation, on its way to other nodes: beside what was committed, on the same channel.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{NotRead, VERSION, check, encode};
use crate::domain::event::Agent;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::presence::{self, Doing, Sign};

/// How a sign begins, unlike a stretch. A node that does not know signs passes over it.
const MARK: u8 = b'~';

#[derive(Serialize, Deserialize)]
struct Written {
    v: u32,
    conversation: Uuid,
    from: Uuid,
    who: Who,
    does: Does,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Who {
    Agent { id: Uuid, name: String },
    Contact,
    Bot,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Does {
    Came,
    Views,
    Types,
    Left,
}

pub fn is_sign(bytes: &[u8]) -> bool {
    bytes.first() == Some(&MARK)
}

pub fn write_sign(conversation: ConversationId, sign: &Sign) -> Vec<u8> {
    let who = match &sign.who {
        presence::Who::Agent(agent) => Who::Agent { id: agent.id.0, name: agent.name.clone() },
        presence::Who::Contact => Who::Contact,
        presence::Who::Bot => Who::Bot,
    };
    let does = match sign.does {
        Doing::Came => Does::Came,
        Doing::Views => Does::Views,
        Doing::Types => Does::Types,
        Doing::Left => Does::Left,
    };
    let written = Written { v: VERSION, conversation: conversation.0, from: sign.from, who, does };
    [&[MARK], encode(&written).as_slice()].concat()
}

pub fn read_sign(bytes: &[u8]) -> Result<(ConversationId, Sign), NotRead> {
    let Written { v, conversation, from, who, does } = serde_json::from_slice(bytes.get(1..).unwrap_or_default())?;
    check(v)?;
    let who = match who {
        Who::Agent { id, name } => presence::Who::Agent(Agent { id: AgentId(id), name }),
        Who::Contact => presence::Who::Contact,
        Who::Bot => presence::Who::Bot,
    };
    let does = match does {
        Does::Came => Doing::Came,
        Does::Views => Doing::Views,
        Does::Types => Doing::Types,
        Does::Left => Doing::Left,
    };
    Ok((ConversationId(conversation), Sign { from, who, does }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the first version wrote it, byte for byte.
    const PINNED: &str = r#"~{"v":1,"conversation":"00000000-0000-0000-0000-000000000002","from":"00000000-0000-0000-0000-000000000003","who":{"agent":{"id":"00000000-0000-0000-0000-000000000007","name":"Ana"}},"does":"views"}"#;

    fn sign(who: presence::Who, does: Doing) -> Sign {
        Sign { from: Uuid::from_u128(3), who, does }
    }

    #[test]
    fn every_sign_reads_back_and_none_is_taken_for_a_stretch() {
        let ana = || presence::Who::Agent(Agent { id: AgentId(Uuid::from_u128(7)), name: "Ana".into() });
        let conversation = ConversationId(Uuid::from_u128(2));
        for who in [ana(), presence::Who::Contact, presence::Who::Bot] {
            for does in [Doing::Came, Doing::Views, Doing::Types, Doing::Left] {
                let (sign, written) = (sign(who.clone(), does), write_sign(conversation, &sign(who.clone(), does)));
                assert!(is_sign(&written) && super::super::read_stretch(&written).is_err());
                assert_eq!(read_sign(&written).expect("it reads"), (conversation, sign));
            }
        }
        let pinned = read_sign(PINNED.as_bytes()).expect("an old sign is read");
        assert_eq!(pinned, (conversation, sign(ana(), Doing::Views)));
        let newer = PINNED.replace("\"v\":1", "\"mood\":\"good\",\"v\":1");
        assert_eq!(read_sign(newer.as_bytes()).expect("more is passed over"), pinned);
        assert!(read_sign(b"~").is_err());
    }
}
