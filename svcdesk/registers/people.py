"""Who and for whom: the staff, the customers, the contracts."""

from svcdesk.columns import Column
from svcdesk.registers.declaring import PERSON, Add, Register

STAFF = Register(
    "staff", "staff", f"live_staff r {PERSON}", "",
    (
        Column("code", "r.code", brief=True, need=True, whole=True),
        Column("name", "r.name", brief=True, need=True, said="person_name"),
        Column("department", "r.department", brief=True),
        Column("role", "r.role", "word:role", brief=True, need=True),
        Column("home", "r.home", brief=True),
        Column("active", "r.retired_at IS NULL", "flag", brief=True),
        Column("retired_at", "r.retired_at", "instant", detail=True),
        Column("company_no", "r.company_no", detail=True, whole=True),
        Column("phone", "p.phone", "personal:phone", detail=True),
        Column("wage", "r.wage_fen", "personal:wage", detail=True),
    ),
    filters=("role", "department"),
    key="code",
    stamps={"retired_at": "staff retire"},
    dated=("wage", "role", "home"),
    add=Add(
        "add", "staff_added", asks=("code", "name"),
        takes=("department", "role", "home", "phone", "wage", "company_no"),
        by_place=("code",), presumed={"role": "engineer"},
    ),
)  # fmt: skip

CUSTOMERS = Register(
    "customer", "customers", f"live_customer r {PERSON}", "",
    (
        Column("name", "r.name", brief=True, need=True),
        Column("region", "r.region", brief=True),
        Column("city", "r.city", brief=True),
        Column("person", "p.name", "personal:name", brief=True),
        Column("phone", "p.phone", "personal:phone", brief=True),
        Column("address", "p.address", "personal:address"),
        Column("key", "r.key", "flag", brief=True, default=0),
    ),
    filters=("region", "city"),
    key="name",
    add=Add(
        "add", "customer_added", asks=("name",), takes=("region", "city", "person", "phone", "address", "key"),
        by_place=("name",),
    ),
)  # fmt: skip

CONTRACTS = Register(
    "contract", "contracts", "live_contract r JOIN live_customer c ON c.id = r.customer_id", "",
    (
        Column("no", "r.no", brief=True, need=True, whole=True),
        Column("customer", "c.name", brief=True, need=True, link="customer_id", refers="customer"),
        Column("project", "r.project", brief=True),
        Column("includes_installation", "r.includes_installation", "flag", brief=True, default=0),
        Column("warranty_until", "r.warranty_until", "date", brief=True, ahead=True),
        Column("excludes", "r.excludes"),
    ),
    filters=("customer",),
    key="no",
    add=Add(
        "add", "contract_added", asks=("no", "customer"),
        takes=("project", "includes_installation", "warranty_until", "excludes"),
        by_place=("no",),
    ),
)  # fmt: skip
