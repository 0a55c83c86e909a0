//! One HTTP reply to the provider per message, over connections that stay open.

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::rc::Rc;

use tokio::sync::mpsc;

use super::Settings;
use crate::dice;
use crate::http::Connection;

/// What the bot would say.
const ANSWER: &str = "We are open Monday to Friday from 9 to 17.";

/// The queue of one worker, and its connections.
pub(crate) struct Replies {
    queue: mpsc::UnboundedSender<(u64, String)>,
    number: Cell<u64>,
}

impl Replies {
    /// Must be called on the worker's own thread.
    pub fn open(settings: &Settings) -> Self {
        let (queue, waiting) = mpsc::unbounded_channel();
        let waiting = Rc::new(RefCell::new(waiting));
        let turn = Rc::new(tokio::sync::Mutex::new(()));
        for _ in 0..settings.connections {
            actix_web::rt::spawn(connection(settings.clone(), waiting.clone(), turn.clone()));
        }
        Self { queue, number: Cell::new(0) }
    }

    pub fn send(&self, psid: &str) {
        self.number.set(self.number.get() + 1);
        let _ = self.queue.send((self.number.get(), psid.to_owned()));
    }
}

type Waiting = Rc<RefCell<mpsc::UnboundedReceiver<(u64, String)>>>;

async fn connection(settings: Settings, waiting: Waiting, turn: Rc<tokio::sync::Mutex<()>>) {
    let worker = dice::new_tag();
    let (page, token, host) = (&settings.page.id, &settings.page_token, settings.provider);
    let head = format!(
        "POST /v26.0/{page}/messages HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n"
    );
    let mut request = Vec::new();
    let mut body = Vec::new();
    let mut open: Option<Connection> = None;
    while let Some((number, psid)) = next(&waiting, &turn).await {
        body.clear();
        request.clear();
        // Writing into memory cannot fail.
        let _ = write!(
            body,
            r#"{{"recipient":{{"id":"{psid}"}},"messaging_type":"RESPONSE","message":{{"text":"{ANSWER}","metadata":"out_{worker}_{number}"}}}}"#
        );
        request.extend_from_slice(head.as_bytes());
        let _ = write!(request, "content-length: {}\r\n\r\n", body.len());
        request.extend_from_slice(&body);
        if let Err(error) = reply(&settings, &mut open, &request).await {
            open = None;
            eprintln!("ceiling: a reply was lost: {error}");
        }
    }
}

/// The next reply; connections take turns in waiting.
async fn next(waiting: &Waiting, turn: &tokio::sync::Mutex<()>) -> Option<(u64, String)> {
    let _mine = turn.lock().await;
    std::future::poll_fn(|context| waiting.borrow_mut().poll_recv(context)).await
}

async fn reply(settings: &Settings, open: &mut Option<Connection>, request: &[u8]) -> std::io::Result<()> {
    let connection = match open {
        Some(connection) => connection,
        None => open.insert(Connection::open(settings.provider).await?),
    };
    let answer = connection.exchange(request).await?;
    if answer.closes {
        *open = None;
    }
    Ok(())
}
