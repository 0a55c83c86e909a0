//! The websockets' manners: limits, goodbyes, and what several agents at once see.

mod doors;
mod limits;
mod slow;
mod together;
mod widget;
