/** Categories that are known by a key, with what stands for them and what else they are called. */
interface KnownCategory {
  readonly icon: string;
  readonly aliases: readonly string[];
}

export const knownCategories: Readonly<Record<string, KnownCategory>> = {
  office_supplies: {
    icon: "paperclip",
    aliases: [
      "office",
      "office supply",
      "stationery",
      "stationary",
      "desk supplies",
      "school supplies",
      "paper goods",
    ],
  },
  electronics: {
    icon: "cpu",
    aliases: [
      "electronic",
      "electronic devices",
      "electronic components",
      "gadgets",
      "devices",
      "tech",
      "technology",
    ],
  },
  tools: {
    icon: "wrench",
    aliases: ["tool", "hand tools", "power tools", "hardware", "hardware store", "diy", "workshop", "repair"],
  },
  automotive: {
    icon: "car",
    aliases: ["auto", "auto parts", "automobile", "cars", "car parts", "vehicle", "vehicles", "motoring"],
  },
  home_garden: {
    icon: "house",
    aliases: ["home and garden", "household", "house and garden", "home decor", "home goods", "living"],
  },
  sports: {
    icon: "volleyball",
    aliases: ["sport", "sporting goods", "sports equipment", "sports and outdoors", "athletics"],
  },
  clothing: {
    icon: "shirt",
    aliases: ["clothes", "apparel", "fashion", "garments", "wear", "textiles", "menswear", "womenswear"],
  },
  food_beverage: {
    icon: "utensils",
    aliases: [
      "food",
      "food and beverage",
      "food and drink",
      "beverages",
      "drinks",
      "grocery",
      "groceries",
      "restaurant",
    ],
  },
  health_beauty: {
    icon: "heart-pulse",
    aliases: ["health", "beauty", "health and beauty", "wellness", "cosmetics", "personal care", "skincare"],
  },
  books_media: {
    icon: "book-open",
    aliases: ["books and media", "books", "media", "literature", "bookstore", "bookshop", "publishing"],
  },
  toys_games: {
    icon: "toy-brick",
    aliases: ["toys", "toy", "games", "toys and games", "kids toys", "play things", "children"],
  },
  jewelry_accessories: {
    icon: "gem",
    aliases: ["jewelry", "jewellery", "jewelry and accessories", "accessories", "jewels", "gold and silver"],
  },
  industrial: {
    icon: "factory",
    aliases: [
      "industry",
      "manufacturing",
      "industrial equipment",
      "machinery",
      "production",
      "plant equipment",
    ],
  },
  agricultural: {
    icon: "tractor",
    aliases: ["agriculture", "farming", "farm", "farm equipment", "crops"],
  },
  medical: {
    icon: "stethoscope",
    aliases: [
      "medicine",
      "medical supplies",
      "medical equipment",
      "healthcare",
      "health care",
      "clinic",
      "doctor",
    ],
  },
};
