//! What an installation consists of: each table, its columns in PostgreSQL, and where they come from in SQLite.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Uuid,
    Text,
    Int,
    Int4,
    Int2,
    Bool,
    Bytes,
}

pub struct Table {
    /// In PostgreSQL.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    pub columns: &'static [(&'static str, Kind)],
    /// The same columns in the same order. What belongs to conversations is asked for by their numbers: after ?1, up to
    /// ?2.
    pub source: &'static str,
}

use Kind::*;

/// What belongs to no conversation: little, and copied at once.
pub const APART: &[Table] = &[
    Table {
        name: "account",
        title: "channel accounts",
        columns: &[("id", Text), ("channel", Text), ("name", Text), ("bot", Text)],
        source: "SELECT id, channel, name, bot FROM account",
    },
    Table {
        name: "person",
        title: "people",
        columns: &[("id", Uuid), ("name", Text), ("email", Text), ("role", Text), ("password_hash", Text)],
        source: "SELECT id, name, email, role, password_hash FROM person",
    },
    Table {
        name: "session",
        title: "sign-ins",
        columns: &[
            ("token", Bytes),
            ("agent", Uuid),
            ("until", Int),
            ("device", Text),
            ("opened_at", Int),
            ("seen_at", Int),
        ],
        source: "SELECT token, agent, until, device, opened_at, seen_at FROM session",
    },
    Table {
        name: "invitation",
        title: "invitations",
        columns: &[("token", Bytes), ("agent", Uuid), ("until", Int)],
        source: "SELECT token, agent, until FROM invitation",
    },
    Table {
        name: "bot",
        title: "bots",
        columns: &[("id", Text), ("number", Int), ("author", Text), ("at", Int), ("file", Bytes)],
        source: "SELECT id, number, author, at, file FROM bot",
    },
    Table {
        name: "bot_version",
        title: "versions of bots",
        columns: &[("bot", Text), ("number", Int), ("author", Text), ("at", Int), ("note", Text), ("document", Text)],
        source: "SELECT bot, number, author, at, note, document FROM bot_version",
    },
    Table {
        name: "bot_draft",
        title: "drafts of bots",
        columns: &[("bot", Text), ("revision", Int), ("author", Text), ("at", Int), ("document", Text)],
        source: "SELECT bot, revision, author, at, document FROM bot_draft",
    },
    Table {
        name: "audit",
        title: "what admins did",
        columns: &[("number", Int), ("at", Int), ("author", Text), ("what", Text), ("subject", Text), ("note", Text)],
        source: "SELECT number, at, author, what, subject, note FROM audit",
    },
    Table {
        name: "api_token",
        title: "programs' tokens",
        columns: &[("hash", Bytes), ("name", Text), ("role", Text), ("author", Text), ("at", Int), ("used_at", Int)],
        source: "SELECT hash, name, role, author, at, used_at FROM api_token",
    },
    Table {
        name: "canned_reply",
        title: "canned replies",
        columns: &[("name", Text), ("text", Text), ("author", Text), ("at", Int)],
        source: "SELECT name, text, author, at FROM canned_reply",
    },
    Table {
        name: "reply_draft",
        title: "agents' drafts",
        columns: &[("agent", Uuid), ("conversation", Uuid), ("text", Text), ("note", Bool), ("at", Int)],
        source: "SELECT agent, conversation, text, note, at FROM reply_draft",
    },
    Table {
        name: "saved_view",
        title: "saved views",
        columns: &[("id", Uuid), ("name", Text), ("owner", Uuid), ("filter", Text), ("author", Text), ("at", Int)],
        source: "SELECT id, name, owner, filter, author, at FROM saved_view",
    },
    Table {
        name: "team",
        title: "teams",
        columns: &[("id", Uuid), ("name", Text), ("folded", Text)],
        source: "SELECT id, name, folded FROM team",
    },
    Table {
        name: "team_member",
        title: "members of teams",
        columns: &[("team", Uuid), ("agent", Uuid)],
        source: "SELECT team, agent FROM team_member",
    },
    Table {
        name: "mention",
        title: "mentions",
        columns: &[("agent", Uuid), ("conversation", Uuid), ("seq", Int), ("at", Int), ("seen", Bool)],
        source: "SELECT agent, conversation, seq, at, seen FROM mention",
    },
    Table {
        name: "contact_link",
        title: "merged contacts",
        columns: &[("conversation", Uuid), ("contact", Uuid)],
        source: "SELECT conversation, contact FROM contact_link",
    },
    Table {
        name: "contact_merge",
        title: "merges of contacts",
        columns: &[
            ("number", Int),
            ("id", Uuid),
            ("contact", Uuid),
            ("at", Int),
            ("author", Text),
            ("before", Text),
            ("undone_at", Int),
            ("undone_by", Text),
        ],
        source: "SELECT number, id, contact, at, author, before, undone_at, undone_by FROM contact_merge",
    },
    Table {
        name: "raw_inbound",
        title: "payloads not understood",
        columns: &[("number", Int), ("at", Int), ("source", Text), ("reason", Text), ("body", Bytes)],
        source: "SELECT number, at, source, reason, body FROM raw_inbound",
    },
];

/// What belongs to conversations: copied for some of them at a time. An address is conversation << 32 | seq.
pub const OF_CONVERSATIONS: &[Table] = &[
    Table {
        name: "conversation",
        title: "conversations",
        columns: &[
            ("id", Uuid),
            ("account", Text),
            ("external_key", Text),
            ("owner_inc", Uuid),
            ("owner_epoch", Int),
            ("last_seq", Int),
            ("mode", Int2),
            ("list_at", Int),
            ("summary", Text),
        ],
        // A summary that said the same as the one before was not written again: its seq is the log's.
        source: "SELECT id, account, external_key, owner_inc, owner_epoch, last_seq, mode, list_at,
                json_set(summary, '$.is.seq', last_seq)
            FROM conversation WHERE number > ?1 AND number <= ?2",
    },
    Table {
        name: "event",
        title: "events",
        columns: &[("conversation", Uuid), ("seq", Int), ("at", Int), ("body", Text)],
        source: "SELECT id, logged.seq, at, body
            FROM logged CROSS JOIN conversation ON conversation.number = logged.conversation
            WHERE address >= (?1 + 1) << 32 AND address < (?2 + 1) << 32",
    },
    Table {
        name: "dedupe",
        title: "keys of commands",
        columns: &[("conversation", Uuid), ("key", Text), ("last", Int)],
        source: "SELECT id, key, last FROM dedupe CROSS JOIN conversation ON conversation.number = dedupe.conversation
            WHERE dedupe.conversation > ?1 AND dedupe.conversation <= ?2",
    },
    Table {
        name: "snapshot",
        title: "snapshots",
        columns: &[("conversation", Uuid), ("seq", Int), ("body", Text)],
        source:
            "SELECT id, seq, body FROM snapshot CROSS JOIN conversation ON conversation.number = snapshot.conversation
            WHERE snapshot.conversation > ?1 AND snapshot.conversation <= ?2",
    },
    Table {
        name: "deadline",
        title: "deadlines",
        columns: &[("conversation", Uuid), ("due_at", Int), ("next_try_at", Int)],
        source: "SELECT id, due_at, next_try_at
            FROM deadline CROSS JOIN conversation ON conversation.number = deadline.conversation
            WHERE deadline.conversation > ?1 AND deadline.conversation <= ?2",
    },
    Table {
        name: "seen",
        title: "marks of what was seen",
        columns: &[("conversation", Uuid), ("seq", Int), ("heard", Int)],
        source: "SELECT id, seq, heard FROM seen CROSS JOIN conversation ON conversation.number = seen.conversation
            WHERE seen.conversation > ?1 AND seen.conversation <= ?2",
    },
    Table {
        name: "outbox",
        title: "messages on their way",
        columns: &[
            ("conversation", Uuid),
            ("seq", Int),
            ("account", Text),
            ("number", Int),
            ("state", Int2),
            ("by_bot", Bool),
            ("attempt", Int4),
            ("flagged", Bool),
            ("at", Int),
            ("sending_inc", Uuid),
            ("next_try_at", Int),
            ("body", Text),
        ],
        source: "SELECT id, address & 4294967295, outbox.account, outbox.number, state, by_bot, attempt, flagged, at,
                sending_inc, next_try_at, body
            FROM outbox CROSS JOIN conversation ON conversation.number = address >> 32
            WHERE address >= (?1 + 1) << 32 AND address < (?2 + 1) << 32",
    },
    Table {
        name: "shelf",
        title: "messages kept",
        columns: &[
            ("conversation", Uuid),
            ("seq", Int),
            ("account", Text),
            ("number", Int),
            ("by_bot", Bool),
            ("attempt", Int4),
            ("flagged", Bool),
            ("at", Int),
            ("body", Text),
        ],
        source: "SELECT id, address & 4294967295, shelf.account, shelf.number, by_bot, attempt, flagged, at, body
            FROM shelf CROSS JOIN conversation ON conversation.number = address >> 32
            WHERE address >= (?1 + 1) << 32 AND address < (?2 + 1) << 32",
    },
    Table {
        name: "alert",
        title: "e-mail alerts on their way",
        columns: &[
            ("conversation", Uuid),
            ("seq", Int),
            ("state", Int2),
            ("attempt", Int4),
            ("flagged", Bool),
            ("at", Int),
        ],
        source: "SELECT id, address & 4294967295, state, attempt, flagged, at
            FROM alert CROSS JOIN conversation ON conversation.number = address >> 32
            WHERE address >= (?1 + 1) << 32 AND address < (?2 + 1) << 32",
    },
];

/// What was uploaded: copied for one upload at a time, for each may have many bytes. An address is upload << 32 | part.
pub const OF_UPLOADS: &[Table] = &[
    Table {
        name: "upload",
        title: "uploads",
        columns: &[
            ("key", Uuid),
            ("owner", Uuid),
            ("account", Text),
            ("name", Text),
            ("bytes", Int),
            ("at", Int),
            ("finished", Bool),
            ("message", Text),
        ],
        source: "SELECT key, owner, account, name, bytes, at, finished, message
            FROM upload WHERE number > ?1 AND number <= ?2",
    },
    Table {
        name: "upload_part",
        title: "parts of uploads",
        columns: &[("upload", Uuid), ("number", Int4), ("bytes", Bytes)],
        source: "SELECT key, address & 4294967295, upload_part.bytes
            FROM upload_part CROSS JOIN upload ON upload.number = address >> 32
            WHERE address >= (?1 + 1) << 32 AND address < (?2 + 1) << 32",
    },
];

pub fn all() -> impl Iterator<Item = &'static Table> {
    APART.iter().chain(OF_CONVERSATIONS).chain(OF_UPLOADS)
}

impl Table {
    /// Writes rows that come as one array per column.
    pub fn insert(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let arrays: Vec<String> =
            (1..).zip(self.columns).map(|(place, (_, kind))| format!("${place}::{}[]", kind.in_postgres())).collect();
        format!("INSERT INTO {} ({}) SELECT * FROM unnest({})", self.name, names.join(", "), arrays.join(", "))
    }

    pub fn select(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        format!("SELECT {} FROM {}", names.join(", "), self.name)
    }
}

impl Kind {
    fn in_postgres(self) -> &'static str {
        match self {
            Uuid => "uuid",
            Text => "text",
            Int => "bigint",
            Int4 => "integer",
            Int2 => "smallint",
            Bool => "boolean",
            Bytes => "bytea",
        }
    }
}
