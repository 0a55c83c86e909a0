//! The web chat where websockets are blocked: the same session, reached by requests that wait for what is new.
//!
//! Each request says hello anew, with where the widget is, and is a visitor's session of its own until it is answered: the
//! same actor behind the same frames, with the same limits, only that its websocket has no network in it. So nothing is kept
//! between two requests, and any node can answer the next one.

use std::collections::HashSet;
use std::time::Duration;

use actix_http::ws::{Codec, Frame, Message};
use actix_web::http::header;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use actix_web_actors::ws::WebsocketContext;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};
use tokio_util::codec::{Decoder, Encoder};

use super::Edge;
use super::error::Problem;
use super::guests;
use super::sign_in::SignIn;
use super::sockets::Chat;
use crate::domain::ids::Seq;
use crate::wire::letters::mend_letters;
use crate::wire::webchat::{VisitorClosed, VisitorHears, VisitorPoll, VisitorPolled, VisitorSays};

/// Frames in one request.
const SAYS_MAX: usize = 32;
/// How long a request waits for news; proxies cut what is silent for half a minute.
const NEWS_WITHIN: Duration = Duration::from_secs(25);
/// How long it waits until what was said is answered.
const ANSWERED_WITHIN: Duration = Duration::from_secs(10);
/// What comes together goes in one answer.
const LINGER: Duration = Duration::from_millis(20);
/// Whoever has no conversation is told nothing of one.
const NOTHING_COMES: Duration = Duration::from_millis(300);
/// As much as a session says at once: a conversation of long messages.
const FRAME_BYTES_MAX: usize = 64 << 20;

/// `POST /webchat/poll?account=ID`.
pub async fn poll(
    request: HttpRequest,
    edge: Data<Edge>,
    sign_in: Data<SignIn>,
    chat: Query<Chat>,
    body: Bytes,
) -> HttpResponse {
    let answer = answer(&request, &edge, &sign_in, &chat.account, &body).await;
    guests::readable(&request, answer)
}

async fn answer(
    request: &HttpRequest,
    edge: &Edge,
    sign_in: &SignIn,
    account: &str,
    body: &[u8],
) -> Result<HttpResponse, Problem> {
    let (account, settings) = guests::account(request, edge, sign_in, account)?;
    let _slot = edge.polls.try_acquire().map_err(|_| Problem::busy())?;
    let text = std::str::from_utf8(body).map_err(|_| Problem::unreadable("This is no poll: it is not UTF-8."))?;
    let mended = mend_letters(text);
    let poll: VisitorPoll = serde_json::from_str(mended.as_deref().unwrap_or(text))
        .map_err(|error| Problem::unreadable(format!("This is no poll: {error}.")))?;
    if poll.says.len() > SAYS_MAX || !matches!(poll.hello, VisitorSays::Hello { .. }) {
        return Err(Problem::invalid(format!("A poll begins with hello and has at most {SAYS_MAX} frames.")));
    }
    metrics::counter!("switchboard_polls_total").increment(1);
    let session = guests::session(edge, account, settings);
    let frames = frames(&poll)?;
    let codec = Codec::new().max_size(edge.switchboard.parts().limits.frame_bytes_max);
    let said = stream::once(std::future::ready(Ok(frames))).chain(stream::pending());
    let polled = Waiting::new(&poll).listen(WebsocketContext::with_codec(session, said, codec)).await;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(polled))
}

/// All that is said, as a websocket would bring it. The last frame is answered when all before it were taken.
fn frames(poll: &VisitorPoll) -> Result<Bytes, Problem> {
    let mut codec = Codec::new().client_mode();
    let mut bytes = BytesMut::new();
    for says in std::iter::once(&poll.hello).chain(&poll.says).chain([&VisitorSays::Ping]) {
        let text = serde_json::to_string(says).map_err(|_| Problem::internal())?;
        codec.encode(Message::Text(text.into()), &mut bytes).map_err(|_| Problem::internal())?;
    }
    Ok(bytes.freeze())
}

/// A request that is not answered yet.
struct Waiting {
    polled: VisitorPolled,
    /// Where the widget is.
    after: Option<Seq>,
    /// What was said and must be answered.
    open: HashSet<String>,
    for_news: bool,
    is_news: bool,
    pong: bool,
    said_where: bool,
}

impl Waiting {
    fn new(poll: &VisitorPoll) -> Self {
        let after = match &poll.hello {
            VisitorSays::Hello { after, .. } => after.as_ref().map(|after| after.seq),
            _ => None,
        };
        let id = |says: &VisitorSays| match says {
            VisitorSays::Say { id, .. } | VisitorSays::Tap { id, .. } => Some(id.clone()),
            _ => None,
        };
        Self {
            polled: VisitorPolled::default(),
            after,
            open: poll.says.iter().filter_map(id).collect(),
            for_news: poll.wait,
            is_news: false,
            pong: false,
            said_where: false,
        }
    }

    /// Until there is an answer to give, or none in time.
    async fn listen(mut self, wire: impl stream::Stream<Item = Result<Bytes, actix_web::Error>>) -> VisitorPolled {
        let mut wire = std::pin::pin!(wire);
        let mut codec = Codec::new().client_mode().max_size(FRAME_BYTES_MAX);
        let mut came = BytesMut::new();
        let mut until = Instant::now() + if self.for_news { NEWS_WITHIN } else { ANSWERED_WITHIN };
        let mut done = false;
        while let Ok(Some(Ok(bytes))) = timeout_at(until, wire.next()).await {
            came.extend_from_slice(&bytes);
            while let Ok(Some(frame)) = codec.decode(&mut came) {
                self.heard(frame);
            }
            if self.polled.closed.is_some() {
                break;
            }
            if !done && self.is_answered() {
                done = true;
                until = until.min(Instant::now() + if self.nothing_more() { LINGER } else { NOTHING_COMES });
            } else if done && self.nothing_more() {
                until = until.min(Instant::now() + LINGER);
            }
        }
        self.polled
    }

    fn is_answered(&self) -> bool {
        if self.for_news { self.is_news } else { self.pong && self.open.is_empty() }
    }

    fn nothing_more(&self) -> bool {
        self.for_news || self.said_where
    }

    fn heard(&mut self, frame: Frame) {
        match frame {
            Frame::Text(text) => {
                if let Ok(hears) = serde_json::from_slice(&text) {
                    self.note(&hears);
                    self.polled.hears.push(hears);
                }
            }
            Frame::Close(why) => {
                let code = why.as_ref().map_or(1005, |why| why.code.into());
                let reason = why.and_then(|why| why.description).unwrap_or_default();
                self.polled.closed = Some(VisitorClosed { code, reason });
            }
            _ => {}
        }
    }

    fn note(&mut self, hears: &VisitorHears) {
        match hears {
            VisitorHears::Welcome { .. } => {}
            VisitorHears::Pong => self.pong = true,
            VisitorHears::Ack { id, .. } | VisitorHears::Error { id: Some(id), .. } => {
                self.open.remove(id);
                self.is_news = true;
            }
            VisitorHears::Events { position, events, .. } => {
                self.said_where = true;
                self.is_news |= !events.is_empty() || Some(position.seq) != self.after;
            }
            VisitorHears::Reset { .. } => (self.said_where, self.is_news) = (true, true),
            VisitorHears::Error { id: None, .. } | VisitorHears::Typing { .. } => self.is_news = true,
        }
    }
}
