"""A catalogue of sneakers as they are named in the trade: style code, brand, model, colorway."""

SNEAKERS = (
    ("555088-001", "Jordan", "Air Jordan 1 Retro High OG", "Banned"),
    ("555088-061", "Jordan", "Air Jordan 1 Retro High OG", "Black/White"),
    ("555088-101", "Jordan", "Air Jordan 1 Retro High OG", "Chicago"),
    ("555088-105", "Jordan", "Air Jordan 1 Retro High OG", "Dark Mocha"),
    ("555088-134", "Jordan", "Air Jordan 1 Retro High OG", "University Blue"),
    ("555088-140", "Jordan", "Air Jordan 1 Retro High OG", "Obsidian"),
    ("CQ4277-001", "Jordan", "Air Jordan 1 Retro Low OG SP", "Travis Scott"),
    ("854262-001", "Jordan", "Air Jordan 3 Retro OG", "Black Cement"),
    ("308497-060", "Jordan", "Air Jordan 4 Retro OG", "Bred"),
    ("308497-406", "Jordan", "Air Jordan 4 Retro", "Travis Scott Cactus Jack"),
    ("DH6927-111", "Jordan", "Air Jordan 4 Retro", "Military Black"),
    ("378037-100", "Jordan", "Air Jordan 11 Retro", "Concord"),
    ("378037-003", "Jordan", "Air Jordan 11 Retro", "Space Jam"),
    ("DD1391-100", "Nike", "Dunk Low", "White/Black"),
    ("CT2552-800", "Nike", "SB Dunk Low", "StrangeLove"),
    ("CU3244-100", "Nike", "SB Dunk Low", "Ben & Jerry's Chunky Dunky"),
    ("CW2288-111", "Nike", "Air Force 1 Low '07", "White"),
    ("908375-103", "Nike", "Air Max 1", "Anniversary Red"),
    ("884421-001", "Nike", "Air Max 97", "Silver Bullet"),
    ("AA3836-100", "Nike", "Blazer Mid", "Off-White"),
    ("CP9654", "adidas", "Yeezy Boost 350 V2", "Zebra"),
    ("CP9652", "adidas", "Yeezy Boost 350 V2", "Core Black Red"),
    ("CP9366", "adidas", "Yeezy Boost 350 V2", "Cream White"),
    ("BY1604", "adidas", "Yeezy Boost 350 V2", "Core Black White"),
    ("BY1605", "adidas", "Yeezy Boost 350 V2", "Core Black Copper"),
    ("BB1826", "adidas", "Yeezy Boost 350 V2", "Beluga"),
    ("AQ4832", "adidas", "Yeezy Boost 350", "Turtledove"),
    ("AQ2659", "adidas", "Yeezy Boost 350", "Pirate Black"),
    ("B75571", "adidas", "Yeezy Boost 700", "Wave Runner"),
    ("B35309", "adidas", "Yeezy Boost 750", "Light Brown"),
    ("BA8842", "adidas", "Ultra Boost", "Core Black"),
    ("M20324", "adidas", "Stan Smith", "White Green"),
    ("M990GL5", "New Balance", "990v5", "Grey"),
    ("BB550WT1", "New Balance", "550", "White Green"),
    ("M2002RDA", "New Balance", "2002R", "Protection Pack Rain Cloud"),
    ("H54FK-1010", "ASICS", "Gel-Lyte III", "Salmon Toe"),
    ("162050C", "Converse", "Chuck 70 Hi", "Black"),
    ("VN000D3HY28", "Vans", "Old Skool", "Black/White"),
    ("374915-01", "Puma", "Suede Classic XXI", "Black"),
    ("S70654-1", "Saucony", "Shadow 6000", "Crème Brûlée"),
)


def codes_with(*words: str) -> set[str]:
    """Return the style codes of what has each of some words in it, as plain text."""
    return {
        code
        for code, *names in SNEAKERS
        if all(word in " ".join([code, *names]).casefold() for word in words)
    }
