"""The role table as a reference page, drawn from `access.yml`."""

from accounts.roles import Permission, Role, access_table, emergency_permissions, two_people_roles

EXPLAINED = (
    "**practice**: every record of the practice. **team**: patients on whose care team the person is now. "
    "**roster**: sessions in which the person is named. Empty: not allowed. A record out of reach answers 404, "
    "an act that no role allows answers 403; both are audited."
)


def role_page() -> list[tuple[str, str]]:
    table = access_table()
    heads = " | ".join(role.label for role in Role)
    rows = [
        f"| {permission.value.replace('_', ' ')} | "
        + " | ".join(table[permission].get(role, "") for role in Role)
        + " |"
        for permission in Permission
    ]
    lines = [
        "# What each role may do",
        "",
        EXPLAINED,
        "",
        f"| permission | {heads} |",
        f"|---|{'---|' * len(Role)}",
        *rows,
    ]
    opened = ", ".join(sorted(name.replace("_", " ") for name in emergency_permissions()))
    lines += ["", f"An emergency access (break-the-glass) adds for one patient: {opened}."]
    granted = ", ".join(sorted(role.label for role in two_people_roles()))
    lines += ["", f"Granted by one person and approved by another: {granted}."]
    return [("roles.md", "\n".join(lines))]
