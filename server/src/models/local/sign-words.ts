const words = (list: string) => new Set(list.split(/\s+/));

/** Words that say what a business sells or is: a sign with one of them is a sign of a business. */
const tradeWords = words(
  `antiques apothecary apotheke appliances arcade atelier auto bagels bakers bakery bar barber barbers barbershop
  bicycles bikes bistro bookseller booksellers books bookshop bookstore boutique brasserie brewery burger burgers
  butcher butchers cafe cafeteria candles candy cantina carpets carwash catering ceramics cheese chemist chocolates
  cigars cinema cleaners clinic clothing cobbler cocktail cocktails coffee coiffeur confectionery couture creamery
  cycles dairy deli delicatessen dental dentist diner donuts drugstore drycleaning electrical electronics eyewear
  fabrics fashion fashions fishmonger fitness florist florists flowers footwear framing fromagerie furniture gallery
  gelateria gelato gifts goldsmith greengrocer grill grocer groceries grocery guesthouse gym haberdashery hair
  haircuts hairdresser hairdressers hardware hats hostel hotel icecream inn ironmonger jeweler jewelers jeweller
  jewellers jewellery jewelry kebab kebabs kiosk kitchens laundromat laundry leather lighting linens liquor liquors
  locksmith lounge mart massage merchants mobiles motel motors music nails newsagent noodle nursery optician opticians
  optics outfitters panaderia pastries patisserie pawnbroker pets pharmacie pharmacy photography pizza pizzas pizzeria
  plumbing pottery printers pub ramen records repairs restaurant ristorante roasters salon sandwiches seafood shoes
  shop spa stationers stationery steakhouse store stores sushi supermarket sweets tailor tailoring tailors takeaway
  tapas tattoo tavern tea tearoom tearooms toys travel trattoria tyres upholstery veterinary vintage wine wines
  workshop yarn yarns yoga`,
);

/** Words that a name may contain but does not consist of. */
const joiningWords = words(
  "a an and at by co for from house in inc la le llc ltd n of on our s sons the to with your",
);

/** Words that hang on shops and streets without being anybody's name. */
const noticeWords = words(
  `accepted admission alarm all ample april area arrivals atm attention august available avenue away back bargain
  bathroom beware big boulevard break bus buy call cameras cards cash caution cctv change children clearance
  click closed closing collect coming contact danger days deal december delivery departures deposit discount dogs door
  drive east emergency employees entrance entry everything exit february final fire first flat floor food forbidden
  fresh free friday from gents get half happy help here hiring hour hours info information january july
  june keep ladies lane last left lease let lift limited lot lunch main march may menu monday mon month more new next
  no north november now october off offer offers office one only open opening order out parking party pay per phone
  please police pm am price prices private prohibited pull push quiet receipt reception reduced rent reserved restroom
  right road sale sales sat saturday save sell september sept service services slow smoking sold soon south special
  specials speed staff stairs stock stop street sun sunday taxi thank thanks thu thursday tickets today toilet toilets
  tomorrow total tow trespassing tue tuesday two under until up vacancy visit wait walk wanted warning way we wednesday
  weekend welcome west wet wifi wi-fi work year yield you zone`,
);

/** Words of a line in lower case, without marks and accents. */
const plainWords = (text: string): string[] =>
  text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}-]+/u)
    .filter((word) => word !== "" && word !== "-");

/** Whether no word of it could be anybody's name: `OPEN`, `COFFEE SHOP`, `Sale up to 50 off`. */
export const isNotice = (text: string): boolean =>
  plainWords(text).every(
    (word) => noticeWords.has(word) || isTrade(word) || joiningWords.has(word) || !/\p{L}/u.test(word),
  );

export const namesTrade = (text: string): boolean => plainWords(text).some(isTrade);

const isTrade = (word: string) =>
  tradeWords.has(word) || tradeWords.has(`${word}s`) || tradeWords.has(word.replace(/s$/, ""));
