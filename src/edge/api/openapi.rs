//! `docs/openapi.json`, the API described for programs: written from the route table and the types, and served as it is.

use actix_web::HttpResponse;

const DESCRIPTION: &str = include_str!("../../../docs/openapi.json");

pub async fn show() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(DESCRIPTION)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use schemars::generate::SchemaSettings;
    use schemars::{JsonSchema, SchemaGenerator};
    use serde_json::{Map, Value, json};

    use super::DESCRIPTION;
    use crate::edge::api::routes::{Entry, table};
    use crate::edge::caller::Access;
    use crate::ports::rights::ROLES;
    use crate::wire::api::*;
    use crate::wire::finding::*;

    const FILE: &str = "docs/openapi.json";

    /// What a route takes and gives.
    struct Route {
        summary: &'static str,
        query: &'static [(&'static str, &'static str)],
        takes: Option<Value>,
        gives: Option<Value>,
    }

    fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Option<Value> {
        Some(generator.subschema_for::<T>().to_value())
    }

    fn object(properties: Value) -> Option<Value> {
        let names: Vec<&String> = properties.as_object().expect("an object").keys().collect();
        Some(json!({"type": "object", "required": names, "properties": properties}))
    }

    fn document() -> Option<Value> {
        Some(json!({"type": "object", "description": "A bot's document; bot.schema.json says what can be written."}))
    }

    /// Every route of the API, so that a new one makes this test ask what it is.
    fn route(entry: &Entry, types: &mut SchemaGenerator) -> Route {
        let text = || json!({"type": "string"});
        let route = |summary, takes, gives| Route { summary, query: &[], takes, gives };
        let agent = || object(json!({"agent": {"type": "object"}}));
        const LIST: &[(&str, &str)] = &[
            ("channel", "string"),
            ("account", "string"),
            ("bot", "string"),
            ("mode", "string"),
            ("reason", "string"),
            ("assignee", "string"),
            ("team", "string"),
            ("label", "string"),
            ("unanswered", "boolean"),
            ("unread", "boolean"),
            ("priority", "string"),
            ("status", "string"),
            ("attribute", "string"),
            ("value", "string"),
            ("order", "string"),
            ("after", "string"),
            ("limit", "integer"),
        ];
        const SEEN: &[(&str, &str)] = &[("seen", "integer"), ("note", "string")];
        match (entry.method.as_str(), entry.path) {
            ("GET", "/api/v1/session") => route("Who is signed in", None, agent()),
            ("POST", "/api/v1/session") => {
                route("Sign in: sets a cookie", object(json!({"email": text(), "password": text()})), agent())
            }
            ("DELETE", "/api/v1/session") => route("Sign out", None, None),
            ("GET", "/api/v1/sessions") => route("Where one is signed in", None, of::<Sessions>(types)),
            ("DELETE", "/api/v1/sessions") => route("Sign out everywhere else", None, of::<SessionsEnded>(types)),
            ("DELETE", "/api/v1/sessions/{session}") => route("End one of one's own sessions", None, None),
            ("GET", "/api/v1/welcome") => Route {
                query: &[("token", "string")],
                ..route("Whom a one-time link is for", None, object(json!({"name": text(), "email": text()})))
            },
            ("POST", "/api/v1/welcome") => {
                let takes = json!({"token": text(), "name": text(), "email": text(), "password": text()});
                route("Choose a password by a one-time link; ends older sessions", object(takes), agent())
            }
            ("GET", "/api/v1/conversations/{conversation}/events") => Route {
                query: &[
                    ("before", "integer"),
                    ("after", "integer"),
                    ("around", "integer"),
                    ("at", "integer"),
                    ("limit", "integer"),
                ],
                ..route(
                    "Events of a conversation before, after or around a seq or a time, oldest first",
                    None,
                    object(json!({
                        "events": {"type": "array", "items": {"type": "object"}},
                        "more": {"type": "boolean"},
                        "newer": {"type": "boolean"},
                        "around": {"type": ["integer", "null"]},
                    })),
                )
            },
            ("GET", "/api/v1/conversations") => Route {
                query: LIST,
                ..route("Conversations that a filter lets through, a page at a time", None, of::<ListPage>(types))
            },
            ("PUT", "/api/v1/conversations/{conversation}/assignment") => {
                route("Say whose a conversation is", of::<AssignTo>(types), of::<Noted>(types))
            }
            ("GET", "/api/v1/conversations/{conversation}/contact") => Route {
                query: &[("user_id", "string"), ("email", "string"), ("phone", "string")],
                ..route(
                    "Every conversation with the same person, and who else it may be",
                    None,
                    of::<PersonView>(types),
                )
            },
            ("POST", "/api/v1/conversations/{conversation}/contact") => {
                route("Say that two conversations are with one person", of::<MergeWith>(types), None)
            }
            ("DELETE", "/api/v1/contact-merges/{merge}") => {
                route("Undo a merge: everything is as it was before", None, None)
            }
            ("GET", "/api/v1/list-choices") => route("What filters can ask for", None, of::<ListChoices>(types)),
            ("GET", "/api/v1/search") => Route {
                query: &[("q", "string"), ("before", "string"), ("limit", "integer")],
                ..route("Search messages, notes and contacts, newest first", None, of::<SearchResults>(types))
            },
            ("GET", "/api/v1/views") => {
                route("Saved views: the caller's own and everybody's", None, of::<SavedViews>(types))
            }
            ("PUT", "/api/v1/views/{view}") => {
                route("Save a view of one's own under an id of the caller's choosing", of::<NewView>(types), None)
            }
            ("DELETE", "/api/v1/views/{view}") => route("Delete a view of one's own", None, None),
            ("PUT", "/api/v1/shared-views/{view}") => {
                route("Save a view that everybody sees", of::<NewView>(types), None)
            }
            ("DELETE", "/api/v1/shared-views/{view}") => route("Delete a view that everybody sees", None, None),
            ("POST", "/api/v1/conversations/{conversation}/turns/{turn}/messages") => {
                let takes = json!({"type": "object", "description": "outside-bots.md says what can be written."});
                let gives = object(json!({"seq": {"type": "integer"}}));
                route("An outside bot answers later, with its own token", Some(takes), gives)
            }
            ("GET", "/api/v1/files/{account}/{file}") => {
                route("A file that a contact attached, where the provider gives no link to it", None, None)
            }
            ("GET", "/api/v1/accounts/{account}/templates") => {
                route("What the account's channel has approved beforehand", None, of::<Templates>(types))
            }
            ("GET", "/api/v1/conversations/{conversation}/pictures/{seq}/{place}") => {
                route("A picture attached to an event, the first at place 0", None, None)
            }
            ("GET", "/api/v1/conversations/{conversation}/attachments/{seq}/{place}") => {
                route("A file attached to an event, for saving, the first at place 0", None, None)
            }
            ("GET", "/api/v1/conversations/{conversation}/portrait") => {
                route("What the contact looks like, where the channel lets us show it", None, None)
            }
            ("GET", "/api/v1/accounts/{account}/apps") => {
                route("Other apps to which the account's conversations can be passed", None, of::<Apps>(types))
            }
            ("POST", "/api/v1/conversations/{conversation}/pass") => {
                route("Pass the conversation to another app at the channel", of::<PassTo>(types), None)
            }
            ("GET", "/api/v1/deliveries") => Route {
                query: &[("state", "string"), ("account", "string"), ("before", "integer"), ("limit", "integer")],
                ..route("Messages that failed or may not have arrived, and why", None, of::<Deliveries>(types))
            },
            ("POST", "/api/v1/deliveries/retry") => {
                route("Send again what an account could not send", of::<AllOf>(types), of::<Retried>(types))
            }
            ("POST", "/api/v1/deliveries/leave") => {
                route("Leave what an account could not send, for good", of::<AllOf>(types), of::<LeftBe>(types))
            }
            ("POST", "/api/v1/deliveries/{conversation}/{seq}/retry") => {
                route("Send one of them again", None, of::<Noted>(types))
            }
            ("POST", "/api/v1/deliveries/{conversation}/{seq}/leave") => {
                route("Leave one of them as it is, for good", None, of::<Noted>(types))
            }
            ("POST", "/api/v1/uploads") => Route {
                query: &[("name", "string")],
                ..route(
                    "Upload a file to attach; the body is the file, of a length that is said",
                    None,
                    of::<Uploaded>(types),
                )
            },
            ("GET", "/api/v1/hand-offs") => Route {
                query: &[("reason", "string"), ("limit", "integer")],
                ..route("Who waits for a human, the longest waiting first, and why", None, of::<HandOffs>(types))
            },
            ("GET", "/api/v1/canned-replies") => route("Canned replies", None, of::<CannedReplies>(types)),
            ("PUT", "/api/v1/canned-replies/{name}") => {
                route("Add a canned reply, or change it", of::<CannedText>(types), None)
            }
            ("DELETE", "/api/v1/canned-replies/{name}") => route("Delete a canned reply", None, None),
            ("GET", "/api/v1/colleagues") => {
                route("Whom a conversation can be handed to", None, of::<Colleagues>(types))
            }
            ("GET", "/api/v1/drafts") => {
                route("What the caller has begun to write, and not sent", None, of::<MessageDrafts>(types))
            }
            ("PUT", "/api/v1/drafts/{conversation}") => {
                route("Keep what the caller has begun to write", of::<DraftText>(types), None)
            }
            ("GET", "/api/v1/bots") => route("Every bot and which version answers", None, of::<BotRows>(types)),
            ("GET", "/api/v1/bots/{bot}") => route("A bot, its versions and its draft", None, of::<BotView>(types)),
            ("POST", "/api/v1/bots/{bot}/publish") => {
                route("Publish the draft, or an older version again", of::<Publish>(types), of::<Published>(types))
            }
            ("POST", "/api/v1/bots/{bot}/versions") => Route {
                query: SEEN,
                ..route("Publish a document as a new version", document(), of::<Published>(types))
            },
            ("GET", "/api/v1/bots/{bot}/versions/{version}") => {
                route("The document of a version", None, of::<DocumentView>(types))
            }
            ("GET", "/api/v1/bots/{bot}/draft") => route("The draft", None, of::<DocumentView>(types)),
            ("PUT", "/api/v1/bots/{bot}/draft") => {
                Route { query: &SEEN[..1], ..route("Save the draft", document(), of::<DraftSaved>(types)) }
            }
            ("POST", "/api/v1/bot-check") => route("What is wrong with a document", document(), of::<Findings>(types)),
            ("GET", "/api/v1/mentions") => {
                route("Notes that name the caller, newest first", None, of::<Mentions>(types))
            }
            ("POST", "/api/v1/mentions/seen") => {
                route("The caller has seen those of a conversation", of::<MentionsSeen>(types), None)
            }
            ("GET", "/api/v1/teams") => route("Teams, and who is in them", None, of::<Teams>(types)),
            ("PUT", "/api/v1/teams/{team}") => {
                route("Make a team under an id of the caller's choosing, or change it", of::<NewTeam>(types), None)
            }
            ("DELETE", "/api/v1/teams/{team}") => route("Remove a team", None, None),
            ("GET", "/api/v1/people") => route("The people who answer", None, of::<People>(types)),
            ("POST", "/api/v1/people") => route("Add a person", of::<NewPerson>(types), of::<Invited>(types)),
            ("DELETE", "/api/v1/people/{person}/sessions") => {
                let gives = of::<SessionsEnded>(types);
                Route { query: &[("lock", "boolean")], ..route("Sign a person out everywhere", None, gives) }
            }
            ("POST", "/api/v1/people/link") => {
                route("A new one-time link for somebody", of::<LinkFor>(types), of::<Invited>(types))
            }
            ("GET", "/api/v1/tokens") => route("Programs' tokens", None, of::<Tokens>(types)),
            ("POST", "/api/v1/tokens") => route("Make a token", of::<NewToken>(types), of::<TokenMade>(types)),
            ("DELETE", "/api/v1/tokens/{name}") => route("Revoke a token", None, None),
            ("GET", "/api/v1/audit") => Route {
                query: &[("before", "integer"), ("limit", "integer")],
                ..route("What administrators did, newest first", None, of::<Audit>(types))
            },
            ("GET", "/api/v1/openapi.json") => route("This description", None, Some(json!({"type": "object"}))),
            (method, path) => panic!("nobody has described {method} {path}"),
        }
    }

    fn operation(entry: &Entry, types: &mut SchemaGenerator) -> Value {
        let Route { summary, query, takes, gives } = route(entry, types);
        let in_path = entry.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let parameter = |name: &str, place: &str, kind: &str| {
            let required = place == "path" || matches!(name, "seen" | "token" | "q");
            json!({"name": name, "in": place, "required": required, "schema": {"type": kind}})
        };
        let parameters: Vec<Value> = in_path
            .map(|name| parameter(name, "path", "string"))
            .chain(query.iter().map(|(name, kind)| parameter(name, "query", kind)))
            .collect();
        let json_of = |schema: Value| json!({"application/json": {"schema": schema}});
        let problem = types.subschema_for::<ProblemView>().to_value();
        let good = match gives {
            Some(schema) => ("200", json!({"description": "Done", "content": json_of(schema)})),
            None => ("204", json!({"description": "Done"})),
        };
        let refused = json!({"description": "Refused", "content": {"application/problem+json": {"schema": problem}}});
        let mut operation = json!({
            "summary": summary,
            "parameters": parameters,
            "responses": {good.0: good.1, "default": refused},
        });
        if let Some(schema) = takes {
            operation["requestBody"] = json!({"required": true, "content": json_of(schema)});
        }
        if let Access::With(right) = entry.access {
            let may: Vec<&str> = ROLES.iter().filter(|role| role.may(right)).map(|role| role.as_str()).collect();
            operation["description"] = json!(format!("For: {}.", may.join(", ")));
            operation["security"] = json!([{"token": []}, {"cookie": []}]);
        }
        operation
    }

    fn described() -> Value {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
        });
        let mut types = settings.into_generator();
        let mut paths = Map::new();
        for entry in table().iter().filter(|entry| entry.path.starts_with("/api/v1/")) {
            let operation = operation(entry, &mut types);
            let path = paths.entry(entry.path).or_insert_with(|| json!({}));
            path[entry.method.as_str().to_lowercase()] = operation;
        }
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Switchboard",
                "version": "1",
                "description": "Programs send a token (`switchboard token add`) as `Authorization: Bearer …`. Errors are problem+json.",
            },
            "paths": paths,
            "components": {
                "schemas": types.take_definitions(true),
                "securitySchemes": {
                    "token": {"type": "http", "scheme": "bearer"},
                    "cookie": {"type": "apiKey", "in": "cookie", "name": crate::edge::sign_in::COOKIE},
                },
            },
        })
    }

    #[test]
    fn the_description_is_of_the_api_as_it_is() {
        let fresh = serde_json::to_string_pretty(&described()).expect("written") + "\n";
        if std::env::var_os("UPDATE_WIRE").is_some() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
            return fs::write(path, &fresh).expect("docs can be written");
        }
        assert!(DESCRIPTION == fresh, "{FILE} is stale. Rewrite it: UPDATE_WIRE=1 cargo test --lib openapi");
    }
}
