//! Links that let people in, and the handing over of pods.

mod over_http;
mod races;
