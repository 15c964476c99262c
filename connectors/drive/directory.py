"""Who is in the Directory, and in which groups? Read to the end, or not at all: half of a membership is none."""

from connectors.drive.people import Directory
from connectors.drive.reader import Reader


def directory(reader: Reader) -> Directory:
    """Raises AccessUnknown, or Retryable."""
    users, groups = reader.client.users(), reader.client.groups()
    members = reader.together(reader.client.members, [group.id for group in groups])
    return Directory(users, groups, {group.id: found for group, found in zip(groups, members, strict=True)})
