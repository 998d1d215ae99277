import { describe, expect, it } from "vitest";
import { businessContact } from "./contact.ts";

const contacts: readonly (readonly [line: string, contact: string])[] = [
  ["Tel. (212) 555-0142", "(212) 555-0142"],
  ["212-555-0142", "212-555-0142"],
  ["212.555.0142", "212.555.0142"],
  ["212 555 0142", "212 555 0142"],
  ["1-800-555-0142", "1-800-555-0142"],
  ["Call us: 555-0142", "555-0142"],
  ["555-0142", "555-0142"],
  ["+1 212 555 0199", "+1 212 555 0199"],
  ["+44 (0)20 7946 0958", "+44 (0)20 7946 0958"],
  ["+493012345678", "+493012345678"],
  ["0044 20 7946 0958", "0044 20 7946 0958"],
  ["020 7946 0958", "020 7946 0958"],
  ["(020) 7946 0958", "(020) 7946 0958"],
  ["(020 7946 0958)", "020 7946 0958"],
  ["030/1234567", "030/1234567"],
  ["030 – 123 45 67", "030 - 123 45 67"],
  ["01 23 45 67 89", "01 23 45 67 89"],
  ["01.23.45.67.89", "01.23.45.67.89"],
  ["Mob: 9876543210", "9876543210"],
  ["98765 43210", "98765 43210"],
  ["Tel. No. 123456", "123456"],
  ["T 01711234567", "01711234567"],
  ["Questions are answered on 020 7946 0958 and by post.", "020 7946 0958"],
  ["030 1234567 / 030 7654321", "030 1234567, 030 7654321"],
  ["020 7946 0958, 020 7946 0111", "020 7946 0958, 020 7946 0111"],
  ["Tel. 020 7946 0958 Fax 020 7946 0959", "020 7946 0958"],
  ["info@shop.example", "info@shop.example"],
  ["Mail: First.Last+orders@mail.shop.co.uk.", "First.Last+orders@mail.shop.co.uk"],
  ["INFO@SHOP.EXAMPLE", "INFO@SHOP.EXAMPLE"],
  ["www.shop.example", "www.shop.example"],
  ["https://shop.example/menu?day=1", "https://shop.example/menu?day=1"],
  ["https://shop.example/?call=020-7946-0958", "https://shop.example/?call=020-7946-0958"],
  ["Visit harbor-bakery.com.", "harbor-bakery.com"],
  ["SHOP.CO.UK", "SHOP.CO.UK"],
  ["(www.shop.it)", "www.shop.it"],
  ["info@shop.example www.shop.example 020 7946 0958", "info@shop.example, www.shop.example, 020 7946 0958"],
];

const others: readonly string[] = [
  "",
  "Harbor Bakery",
  "24.12.2024",
  "01.02.2024 10",
  "2024-12-24",
  "12/24/2024 01",
  "09.00-12.30",
  "09.00 - 12.30 / 13.30 - 18.00",
  "08.00-12.30 14",
  "Mo-Fr 9:00-18:00",
  "€ 1.299,00",
  "$1,240.00",
  "0.99 1.99 2.99",
  "1234567890",
  "0306406152",
  "ISBN 978-0-306-40615-7",
  "IBAN DE89 3704 0044 0532 0130 00",
  "4111 1111 1111 1111",
  "Order 212-555-0142",
  "VAT no. 123 4567 89",
  "Fax: +44 20 7946 0959",
  "012345 67890 kg",
  "A0301 234567",
  "192.168.100.200",
  "999-999-9999",
  "+00000000",
  "Suite 555-0142 in the rear",
  "@harborbakery",
  "info@shop",
  "He came late.It was dark",
  "Come in today.Com",
  "Mr.Smith and Co",
  "e.g. version 3.14.15",
];

describe("contacts in recognised text", () => {
  it.each(contacts)("reads %j", (line, contact) => {
    expect(businessContact([line])).toBe(contact);
  });

  it.each(others)("finds none in %j", (line) => {
    expect(businessContact([line])).toBeNull();
  });

  it("gives each once, in reading order", () => {
    const lines = [
      "www.shop.example",
      "Tel. 020 7946 0958",
      "(020) 7946-0958 or WWW.SHOP.EXAMPLE",
      "a@shop.example",
    ];
    expect(businessContact(lines)).toBe("www.shop.example, 020 7946 0958, a@shop.example");
  });

  it("is not slowed down by long lines that almost match", () => {
    const lines = [
      "a".repeat(20_000),
      "1 ".repeat(20_000),
      `${"a.".repeat(20_000)}`,
      "1-(".repeat(10_000),
      "a@".repeat(10_000),
    ];
    expect(businessContact(lines)).toBeNull();
  });
});
