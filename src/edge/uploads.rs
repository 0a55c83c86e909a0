//! Files that visitors and agents attach: taken in part by part, handed out to whoever knows the address.
//!
//! No more than one part of a file is in memory, and no more than some files are taken in at a time. A file is refused
//! before its first byte is stored if it is too large, of no type that may be attached, or too much of late. Whoever wrote
//! it is a stranger: only plain pictures are shown in place, and nothing in any of them may run, or load anything.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{Data, Path, Payload, Query};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use uuid::Uuid;

use super::Edge;
use super::addresses::Bound;
use super::caller::Caller;
use super::error::Problem;
use super::guests;
use super::handing::{asked, hand};
use super::sign_in::SignIn;
use crate::dice;
use crate::domain::ids::AccountId;
use crate::domain::upload::{FileType, UploadKey, attachment, clean_name, disposition, endings, type_of};
use crate::ports::store::{Contact, StoreError};
use crate::ports::uploads::{Allowance, Begun, PART_BYTES, UNSENT_LASTS, Upload};
use crate::wire::api;

/// A sender that is silent for so long has gone.
const SILENT_MAX: Duration = Duration::from_secs(30);
/// However slow the line, a file is here by then.
const WHOLE_MAX: Duration = Duration::from_secs(20 * 60);
/// Agents are trusted with so many times what a visitor is.
const AGENTS_TIMES: usize = 10;

const POLICY: &str = "default-src 'none'; sandbox";
const FOR_EVER: &str = "private, max-age=31536000, immutable";

#[derive(Deserialize)]
pub struct Guest {
    account: String,
    /// What the file is called.
    name: String,
}

/// `POST /webchat/uploads?account=ID&name=NAME`, with the visitor's token as a bearer token and the file as the body.
pub async fn from_visitor(
    request: HttpRequest,
    edge: Data<Edge>,
    sign_in: Data<SignIn>,
    guest: Query<Guest>,
    body: Payload,
) -> HttpResponse {
    let visitor = visitor(&request, &edge, &sign_in, &guest.account);
    let taken = match visitor.and_then(|visitor| from_there(&request, &edge, &sign_in).map(|()| visitor)) {
        Ok(visitor) => {
            let limits = &edge.config.uploads;
            let allowance = Allowance {
                owner_files: limits.visitor_files_per_hour,
                owner_bytes: limits.visitor_bytes_per_hour,
                account_bytes: limits.account_bytes_per_hour,
            };
            take(&request, edge.clone(), (visitor, guest.account.clone()), &guest.name, allowance, body).await
        }
        Err(problem) => Err(problem),
    };
    guests::readable(&request, taken)
}

/// However many visitors somebody is.
fn from_there(request: &HttpRequest, edge: &Edge, sign_in: &SignIn) -> Result<(), Problem> {
    let limits = &edge.config.uploads;
    let bytes = length(request, limits.file_bytes_max)?;
    let bound = Bound { files: limits.address_files_per_hour, bytes: limits.address_bytes_per_hour };
    let now = edge.switchboard.parts().clock.now();
    let taken = edge.addresses.take(sign_in.address(request), bytes, bound, now);
    if taken { Ok(()) } else { Err(over("From this address, there was attached")) }
}

/// The conversation of the visitor whose token comes along.
fn visitor(request: &HttpRequest, edge: &Edge, sign_in: &SignIn, account: &str) -> Result<Uuid, Problem> {
    let (account, _) = guests::account(request, edge, sign_in, account)?;
    let given = request.headers().get(header::AUTHORIZATION).and_then(|given| given.to_str().ok());
    let token = given.and_then(|given| given.strip_prefix("Bearer ")).unwrap_or_default();
    let key = edge.visitors.check(&account.id, token).ok_or_else(|| {
        let detail = "The visitor's token is missing, or is not ours. A new `hello` gets one.";
        Problem::new(StatusCode::UNAUTHORIZED, "no_visitor", "Who is this?", detail)
    })?;
    Ok(Contact::of(&AccountId::new(account.id.as_str()), &key).conversation.0)
}

#[derive(Deserialize)]
pub struct Named {
    name: String,
}

/// `POST /api/v1/uploads?name=NAME`, with the file as the body.
pub async fn from_agent(
    request: HttpRequest,
    edge: Data<Edge>,
    caller: Caller,
    named: Query<Named>,
    body: Payload,
) -> Result<HttpResponse, Problem> {
    let nobody = || Problem::invalid("Files are attached by people; a program's token has no messages of its own.");
    let agent = caller.person.ok_or_else(nobody)?;
    let limits = &edge.config.uploads;
    let allowance = Allowance {
        owner_files: limits.visitor_files_per_hour * AGENTS_TIMES,
        owner_bytes: limits.visitor_bytes_per_hour * AGENTS_TIMES as u64,
        account_bytes: limits.account_bytes_per_hour,
    };
    take(&request, edge.clone(), (agent.0, String::new()), &named.name, allowance, body).await
}

/// Takes a file in, for the one it belongs to and the account it counts for.
async fn take(
    request: &HttpRequest,
    edge: Data<Edge>,
    (owner, account): (Uuid, String),
    name: &str,
    allowance: Allowance,
    body: Payload,
) -> Result<HttpResponse, Problem> {
    let name = clean_name(name);
    let Some(kind) = type_of(&name) else {
        return Err(Problem::invalid(format!("A file of this type cannot be attached. These can: {}.", endings())));
    };
    let bytes = length(request, edge.config.uploads.file_bytes_max)?;
    let slot = edge.taking_in.clone().try_acquire_owned().map_err(|_| Problem::busy())?;
    let mut random = [0; 16];
    dice::fill(&mut random);
    let key = UploadKey(Uuid::from_bytes(random));
    let at = edge.switchboard.parts().clock.now();
    let upload = Upload { key, owner, account, name: name.clone(), bytes, at };
    match edge.switchboard.parts().uploads.begin_upload(upload, allowance).await? {
        Begun::Yes => {}
        Begun::OwnerIsOver => return Err(over("You have attached")),
        Begun::AccountIsOver => return Err(over("Everybody together has attached")),
    }
    // Also if who sends it goes: then what is there already is taken out at once.
    let taking = actix_web::rt::spawn(async move {
        let taken = tokio::time::timeout(WHOLE_MAX, take_parts(&edge, key, kind, bytes, body)).await;
        let taken = taken.unwrap_or_else(|_| Err(Problem::unreadable("The file came too slowly.")));
        if taken.is_err() {
            let _ = edge.switchboard.parts().uploads.break_off(key).await;
        }
        drop(slot);
        taken
    });
    taking.await.unwrap_or_else(|_| Err(Problem::internal()))?;
    metrics::counter!("switchboard_uploads_total").increment(1);
    let shown = attachment(key, &name, bytes);
    let (kind, url) = (shown.kind.as_str().to_owned(), shown.url);
    Ok(HttpResponse::Created().json(api::Uploaded { key: key.to_string(), kind, url, name }))
}

/// What the request says the file has, so that what is too much is refused before it comes.
fn length(request: &HttpRequest, bytes_max: u64) -> Result<u64, Problem> {
    let said = request.headers().get(header::CONTENT_LENGTH).and_then(|said| said.to_str().ok()?.parse::<u64>().ok());
    match said {
        None => {
            let detail = "Say with Content-Length how many bytes the file has.";
            Err(Problem::new(StatusCode::LENGTH_REQUIRED, "no_length", "How long is it?", detail))
        }
        Some(0) => Err(Problem::invalid("The file is empty.")),
        Some(bytes) if bytes > bytes_max => {
            let detail = format!("A file may have {} MB; this one has {}.", megabytes(bytes_max), megabytes(bytes));
            Err(Problem::too_large(detail))
        }
        Some(bytes) => Ok(bytes),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / (1024.0 * 1024.0))
}

fn over(who: &str) -> Problem {
    let detail = format!("{who} too much within an hour. Try again later.");
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_much", "Too much", detail).after(UNSENT_LASTS)
}

async fn take_parts(
    edge: &Edge,
    key: UploadKey,
    kind: &FileType,
    bytes: u64,
    mut body: Payload,
) -> Result<(), Problem> {
    let uploads = &edge.switchboard.parts().uploads;
    let (mut part, mut number, mut came) = (BytesMut::with_capacity(PART_BYTES), 0, 0);
    loop {
        let next = tokio::time::timeout(SILENT_MAX, body.next()).await;
        let next = next.map_err(|_| Problem::unreadable("The file broke off."))?;
        let chunk = next.transpose().map_err(|_| Problem::unreadable("The file broke off."))?;
        let ended = chunk.is_none();
        let mut chunk = chunk.unwrap_or_default();
        came += chunk.len() as u64;
        while part.len() + chunk.len() >= PART_BYTES || (ended && !part.is_empty()) {
            part.extend_from_slice(&chunk.split_to(chunk.len().min(PART_BYTES - part.len())));
            if number == 0 && !kind.fits(&part) {
                let detail = format!("The file is called a picture ({}) and is none of that kind.", kind.mime);
                return Err(Problem::invalid(detail));
            }
            uploads.add_part(key, number, part.split().freeze()).await?;
            number += 1;
        }
        part.extend_from_slice(&chunk);
        if ended {
            break;
        }
    }
    if came != bytes {
        return Err(Problem::unreadable("The file broke off."));
    }
    Ok(uploads.finish_upload(key).await?)
}

/// `GET /uploads/{key}/{name}`: for everybody who knows the key, once the file was sent. Channels fetch it here, too.
pub async fn show(
    request: HttpRequest,
    edge: Data<Edge>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let none = || Problem::not_found("There is no such file.");
    let key = UploadKey::parse(&path.0).ok_or_else(none)?;
    let Upload { name, bytes, .. } = edge.switchboard.parts().uploads.upload(key).await?.ok_or_else(none)?;
    let part = match asked(&request) {
        Some(stretch) => Some(stretch.within(bytes).ok_or_else(|| beyond(bytes))?),
        None => None,
    };
    let kind = type_of(&name);
    let place = if kind.is_some_and(FileType::is_shown) { "inline" } else { "attachment" };
    let disposition = disposition(place, &name);
    let mut response = HttpResponse::Ok();
    response
        .content_type(kind.map_or("application/octet-stream", |kind| kind.mime))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::CACHE_CONTROL, FOR_EVER));
    let (from, to) = part.map_or((0, bytes.saturating_sub(1)), |part| (part.from, part.to));
    Ok(hand(&request, response, (Some(bytes), part), parts(edge, key, from, to)))
}

fn beyond(bytes: u64) -> Problem {
    let detail = format!("The file has {bytes} bytes.");
    Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "beyond", "Beyond the end", detail)
}

/// One part after the other, as fast as whoever reads takes them: from this byte on, up to and with that one.
fn parts(
    edge: Data<Edge>,
    key: UploadKey,
    from: u64,
    to: u64,
) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> {
    const EACH: u64 = PART_BYTES as u64;
    stream::iter(from / EACH..=to / EACH).then(move |number| {
        let part = u32::try_from(number).map(|number| edge.switchboard.parts().uploads.part(key, number));
        async move {
            let gone = || StoreError::Unreadable("a part is gone".into());
            let part = part.map_err(|_| gone()).map_err(std::io::Error::other)?;
            let part = part.await.and_then(|part| part.ok_or_else(gone)).map_err(std::io::Error::other)?;
            let begins = number * EACH;
            let place = |byte: u64| usize::try_from(byte.saturating_sub(begins)).unwrap_or(PART_BYTES);
            Ok::<Bytes, std::io::Error>(part.slice(place(from).min(part.len())..place(to + 1).min(part.len())))
        }
    })
}
