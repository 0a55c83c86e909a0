//! A cluster with a crowd in it: where faults are done, and how one sees what they do to people.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{Cluster, DRAIN_MAX, Length, Outcome, Plan, rows};
use crate::checker::{self, Evidence, Rules};
use crate::clients::{ClientLog, Poster, diary, read_diary, sign_in};
use crate::drill::{Crowd, Phase, Stage, keep, receipts, rest, rules};
use crate::{clock, dice, product};

/// What a machine that does much else adds to any time that is promised.
pub const BUSY: Duration = Duration::from_secs(3);
/// Whoever watches a silent conversation looks after 20 s, if a word was lost.
const HEALED_WITHIN: Duration = Duration::from_secs(25);
/// Whose owner dies, or cannot be reached, has a pause that ends with the next sweep of somebody who may take it.
const DEADLINE_LATE_MAX: Duration = Duration::from_secs(30);
const FIRST_NEWCOMER: u64 = 9_000_000_000_000_000;
/// So many messages are acknowledged before the first fault.
const WARM: usize = 60;
const WARM_WITHIN: Duration = Duration::from_secs(60);
const WATCHED_MAX: usize = 10;

pub struct Scene {
    pub cluster: Cluster,
    pub length: Length,
    pub random: StdRng,
    pub(crate) stage: Stage,
    plan: Plan,
    director: watch::Sender<Phase>,
    people: Vec<JoinHandle<()>>,
    newcomers: u64,
    in_flight: Duration,
    facts: Vec<String>,
    broken: Vec<String>,
}

impl Scene {
    /// Starts everything, and waits until the crowd is busy.
    pub async fn open(plan: &Plan, length: Length) -> Result<Self> {
        let since = clock::instant();
        let cluster = Cluster::start(plan).await?;
        let started = since.elapsed().as_millis();
        cluster.provider.set_receipts(Some(receipts(cluster.door.address)));
        let cookie = sign_in(cluster.members[0].address, product::AGENT_EMAIL, product::AGENT_PASSWORD).await?;
        let (director, phase) = watch::channel(Phase::Working);
        let doors: Vec<_> = cluster.members.iter().map(|member| member.address).collect();
        let stage = Stage {
            doors: doors.into(),
            diary: diary(),
            phase,
            watched_max: WATCHED_MAX,
            pending: std::sync::Arc::default(),
        };
        let crowd = Crowd { posters: plan.posters, visitors: plan.visitors, agents: plan.agents, seed: plan.seed };
        let people = crowd.engage(&stage, &cookie);
        let mut scene = Self {
            cluster,
            length,
            random: StdRng::seed_from_u64(plan.seed),
            stage,
            plan: plan.clone(),
            director,
            people,
            newcomers: 0,
            in_flight: Duration::from_millis(1500),
            facts: Vec::new(),
            broken: Vec::new(),
        };
        scene.until("the crowd is busy", WARM_WITHIN, async || scene.log(|log| log.acknowledged().0 >= WARM)).await?;
        let busy = since.elapsed().as_millis();
        scene.fact(format!("the nodes stood after {started} ms, the crowd was busy after {busy} ms"));
        Ok(scene)
    }

    // --- What is seen ---

    pub fn fact(&mut self, fact: impl Into<String>) {
        self.facts.push(fact.into());
    }

    /// Something that must be so, in words that say what was wrong if it is not.
    pub fn expect(&mut self, is_so: bool, otherwise: impl Into<String>) {
        if !is_so {
            self.broken.push(otherwise.into());
        }
    }

    /// A message that was being sent may be so much later than usual: its sender stood still, or its store did.
    pub fn may_be_in_flight(&mut self, time: Duration) {
        self.in_flight = self.in_flight.max(time + BUSY);
    }

    pub fn log<T>(&self, look: impl FnOnce(&ClientLog) -> T) -> T {
        look(&read_diary(&self.stage.diary))
    }

    /// Looks until it is so.
    pub async fn until(&self, what: &str, within: Duration, mut look: impl AsyncFnMut() -> bool) -> Result<Duration> {
        let since = clock::instant();
        while !look().await {
            if since.elapsed() > within {
                bail!("it did not happen within {within:?}: {what}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(since.elapsed())
    }

    /// A moment that the seed chooses, so that faults meet the crowd at any point.
    pub async fn moment(&mut self) {
        let wait = self.random.random_range(100..1200);
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }

    /// What the account may send.
    pub fn sends_per_second(&self) -> u32 {
        self.plan.tuning.sends_per_second
    }

    /// The version before, if there is one.
    pub fn old_bin(&self) -> Option<PathBuf> {
        self.plan.old_bin.clone()
    }

    pub fn any_node(&mut self) -> usize {
        let up = self.cluster.up();
        up[self.random.random_range(0..up.len())]
    }

    pub fn others(&self, than: usize) -> Vec<usize> {
        self.cluster.up().into_iter().filter(|node| *node != than).collect()
    }

    // --- Probes: people who come because of the fault ---

    /// Somebody who has never written.
    pub fn newcomer(&mut self) -> String {
        self.newcomers += 1;
        (FIRST_NEWCOMER + self.newcomers).to_string()
    }

    pub fn poster(&self, node: usize) -> Poster {
        Poster::new(self.cluster.members[node].address, product::page(), self.stage.diary.clone())
    }

    /// A contact writes at these nodes in turn, as often as it takes; how long after `since` it was acknowledged.
    pub async fn heard(&self, contact: &str, nodes: &[usize], since: Instant, within: Duration) -> Result<Duration> {
        let (mid, text) = (format!("m_{}", dice::new_id()), format!("{} #{}", product::ONE_REPLY, dice::new_tag()));
        for node in nodes.iter().cycle() {
            if self.poster(*node).post_text(contact, &mid, &text).await == Some(200) {
                return Ok(since.elapsed());
            }
            if since.elapsed() > within {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("a message of {contact} was not taken within {within:?}")
    }

    /// The same, and the bot's answer has reached the contact; when. In a soak the provider refuses one in some hundreds
    /// for good, and then nothing more is to be expected.
    pub async fn answered(&self, contact: &str, nodes: &[usize], since: Instant, within: Duration) -> Result<Duration> {
        let provider = &self.cluster.provider;
        let before = provider.counts().arrived;
        self.heard(contact, nodes, since, within).await?;
        let left = within.saturating_sub(since.elapsed()) + BUSY;
        let got = async || {
            provider.first_after(contact, before).is_some() || provider.refused_for_good_after(contact, before)
        };
        self.until("the contact is answered", left, got).await.with_context(|| format!("contact {contact}"))?;
        Ok(since.elapsed())
    }

    /// Newcomers whose conversations live with the node: they wrote there first, and were answered.
    pub async fn settle_with(&mut self, node: usize, count: usize) -> Result<Vec<String>> {
        let contacts: Vec<String> = (0..count).map(|_| self.newcomer()).collect();
        let (since, nodes) = (clock::instant(), [node]);
        let settling = contacts.iter().map(|contact| self.answered(contact, &nodes, since, Duration::from_secs(15)));
        join_all(settling).await.into_iter().collect::<Result<Vec<_>>>()?;
        Ok(contacts)
    }

    /// The name of each node that runs, as rows have it that it owns.
    pub async fn names_in_the_store(&mut self) -> Result<Vec<(usize, String)>> {
        let mut names = Vec::new();
        for node in self.cluster.up() {
            let contact = self.settle_with(node, 1).await?.remove(0);
            let sql = self.cluster.postgres.connect().await?;
            names.push((node, rows::owner(&sql, &contact).await?));
        }
        Ok(names)
    }

    /// All write at these nodes until they are heard: how long after `since` each was, the fastest first.
    pub async fn all_heard(
        &self,
        contacts: &[String],
        nodes: &[usize],
        since: Instant,
        within: Duration,
    ) -> Result<Vec<Duration>> {
        let hearing = contacts.iter().map(|contact| self.heard(contact, nodes, since, within));
        let mut times = join_all(hearing).await.into_iter().collect::<Result<Vec<_>>>()?;
        times.sort_unstable();
        Ok(times)
    }

    /// Every node that runs takes a newcomer, who is answered; how long the slowest took.
    pub async fn everybody_is_served(&mut self, within: Duration) -> Result<Duration> {
        let since = clock::instant();
        let up: Vec<(usize, String)> = self.cluster.up().into_iter().map(|node| (node, self.newcomer())).collect();
        let served = up.iter().map(async |(node, contact)| self.answered(contact, &[*node], since, within).await);
        let served = join_all(served).await.into_iter().collect::<Result<Vec<_>>>()?;
        Ok(served.into_iter().max().unwrap_or_default())
    }

    // --- The end ---

    /// Everything comes to rest, the nodes end, and all that was promised is held against what there is.
    pub async fn close(mut self) -> Result<Outcome> {
        let since = clock::instant();
        self.cluster.provider.clear_rules();
        self.director.send_replace(Phase::Finishing);
        let rested = rest::wait(&self.cluster.product, &self.cluster.provider, &self.stage).await;
        if !rested {
            let unsent = rows::unsent(&self.cluster.postgres.connect().await?).await?;
            self.broken.extend(unsent);
            let (unacked, receipts) =
                (self.stage.pending.load(Ordering::Acquire), self.cluster.provider.receipts_pending());
            self.broken.push(format!("{unacked} things are not acknowledged, {receipts} receipts not taken"));
        }
        let until = clock::instant() + HEALED_WITHIN;
        while self.judge(rested)?.1.breaks("P8") && clock::instant() < until {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        self.director.send_replace(Phase::Over);
        for person in std::mem::take(&mut self.people) {
            person.await?;
        }
        let ending = self.cluster.members.iter_mut().map(|member| member.end(DRAIN_MAX));
        for ended in join_all(ending).await {
            let ended = ended?;
            self.expect(ended.is_some(), format!("a node did not end within {DRAIN_MAX:?} of SIGTERM"));
        }
        self.fact(format!("it came to rest and ended within {} ms", since.elapsed().as_millis()));
        let relieved = rows::written_by_the_relieved(&self.cluster.postgres.connect().await?).await?;
        self.broken.extend(relieved);
        let (evidence, verdict) = self.judge(rested)?;
        let slowest_ack = self.log(slowest_ack);
        let clean = verdict.is_clean() && self.broken.is_empty() && rested;
        let Scene { cluster, facts, broken, plan, .. } = self;
        let dump = cluster.product.dump()?;
        let kept = if clean && !plan.keep { None } else { Some(keep(cluster.dir, &evidence, &dump)?) };
        Ok(Outcome { seed: plan.seed, facts, broken, rested, verdict, slowest_ack, kept })
    }

    fn rules(&self, rested: bool) -> Rules {
        Rules {
            in_flight_ms: self.in_flight.as_millis() as u64,
            deadline_late_ms: (self.in_flight + DEADLINE_LATE_MAX).as_millis() as u64,
            ..rules(rested, &self.plan.tuning)
        }
    }

    fn judge(&self, rested: bool) -> Result<(Evidence, checker::Verdict)> {
        let evidence = Evidence {
            store: checker::parse_dump(&self.cluster.product.dump()?)?,
            clients: vec![read_diary(&self.stage.diary).clone()],
            arrivals: self.cluster.provider.arrivals(),
            rules: self.rules(rested),
        };
        let verdict = checker::check(&evidence);
        Ok((evidence, verdict))
    }
}

/// The longest that a webhook message waited from its first post.
pub fn slowest_ack(log: &ClientLog) -> Duration {
    let waited = log.posted.values().filter_map(|posted| Some(posted.acked_at?.saturating_sub(posted.posted_at)));
    Duration::from_millis(waited.max().unwrap_or_default())
}
