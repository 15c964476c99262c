"""A company to try it on: emulators of the outside world, which import nothing of ours."""
