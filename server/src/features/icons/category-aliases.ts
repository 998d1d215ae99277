/** The categories that the API knows by name, in the order in which it tells them. */
export const knownCategories = [
  "office_supplies",
  "electronics",
  "tools",
  "automotive",
  "home_garden",
  "sports",
  "clothing",
  "food_beverage",
  "health_beauty",
  "books_media",
  "toys_games",
  "jewelry_accessories",
  "industrial",
  "agricultural",
  "medical",
] as const;
export type KnownCategory = (typeof knownCategories)[number];

/**
 * What else people call them: singular and lower case, plurals being found by themselves. Two categories never
 * share one.
 */
export const categoryAliases: Readonly<Record<KnownCategory, readonly string[]>> = {
  office_supplies: [
    ...["office supply", "office", "stationery", "desk supply", "school supply", "office equipment"],
    ...["pen", "pencil", "paper", "notebook", "stapler", "paper clip", "folder", "envelope", "whiteboard"],
  ],
  electronics: [
    ...[
      "electronic",
      "consumer electronics",
      "gadget",
      "computer",
      "laptop",
      "phone",
      "smartphone",
      "tablet",
    ],
    ...["camera", "headphone", "television", "tv", "audio", "charger", "computer accessory", "smart home"],
  ],
  tools: [
    ...["tool", "hand tool", "power tool", "hardware", "diy", "toolbox", "hammer", "drill", "screwdriver"],
    ...["wrench", "saw", "pliers", "workshop", "measuring tool"],
  ],
  automotive: [
    ...["automobile", "auto", "auto part", "car", "car part", "vehicle", "truck", "motorcycle", "motorbike"],
    ...["tire", "tyre", "motor oil", "car care", "spare part"],
  ],
  home_garden: [
    ...["home and garden", "home", "garden", "gardening", "furniture", "kitchen", "kitchenware", "household"],
    ...["home decor", "bedding", "lighting", "houseplant", "lawn", "patio", "bathroom"],
  ],
  sports: [
    ...["sport", "sporting goods", "sports equipment", "fitness", "gym", "outdoor", "camping", "football"],
    ...["soccer", "basketball", "tennis", "golf", "cycling", "bicycle", "running", "swimming", "yoga"],
  ],
  clothing: [
    ...[
      "clothes",
      "apparel",
      "fashion",
      "garment",
      "wear",
      "shirt",
      "t shirt",
      "trousers",
      "dress",
      "jacket",
    ],
    ...["shoe", "footwear", "hat", "underwear", "sportswear", "menswear", "womenswear"],
  ],
  food_beverage: [
    ...["food and beverage", "food and drink", "food", "beverage", "drink", "grocery", "groceries", "snack"],
    ...["coffee", "tea", "bakery", "fruit", "vegetable", "wine", "restaurant", "confectionery"],
  ],
  health_beauty: [
    ...["health and beauty", "beauty", "health", "cosmetics", "cosmetic", "makeup", "skin care", "skincare"],
    ...["hair care", "perfume", "fragrance", "personal care", "wellness", "vitamin"],
  ],
  books_media: [
    ...["books and media", "book", "media", "music", "movie", "film", "magazine", "newspaper", "audiobook"],
    ...["ebook", "comic", "vinyl", "dvd", "podcast", "library"],
  ],
  toys_games: [
    ...["toys and games", "toy", "game", "board game", "video game", "puzzle", "doll", "plush", "teddy bear"],
    ...["building block", "card game", "gaming", "toy car"],
  ],
  jewelry_accessories: [
    ...["jewelry and accessories", "jewelry", "jewellery", "jewel", "accessories", "necklace", "bracelet"],
    ...["earring", "watch", "watches", "handbag", "sunglasses", "belt", "scarf", "diamond ring"],
  ],
  industrial: [
    ...[
      "industry",
      "industrial equipment",
      "machinery",
      "machine",
      "manufacturing",
      "factory",
      "construction",
    ],
    ...["warehouse", "welding", "forklift", "safety equipment", "packaging", "pump", "heavy equipment"],
  ],
  agricultural: [
    ...[
      "agriculture",
      "farming",
      "farm",
      "farm equipment",
      "tractor",
      "livestock",
      "crop",
      "harvest",
      "seed",
    ],
    ...["fertilizer", "fertiliser", "irrigation", "greenhouse", "animal feed"],
  ],
  medical: [
    ...[
      "medicine",
      "medical supply",
      "medical equipment",
      "healthcare",
      "health care",
      "hospital",
      "pharmacy",
    ],
    ...["first aid", "clinic", "dental", "stethoscope", "surgical", "nursing", "doctor"],
  ],
};
