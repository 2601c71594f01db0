/** Written together in column names so often that they must be taken apart first. */
const compounds: Readonly<Record<string, string>> = {
  firstname: 'first name',
  fname: 'first name',
  lastname: 'last name',
  lname: 'last name',
  lastfirst: 'last name first name',
  middlename: 'middle name',
  fullname: 'full name',
  maidenname: 'maiden name',
  nickname: 'nick name',
  username: 'user name',
  surname: 'last name',
  forename: 'first name',
  dob: 'birth date',
  birthdate: 'birth date',
  birthday: 'birth date',
  dateofbirth: 'birth date',
  addr: 'address',
  emailaddress: 'email address',
  emailaddr: 'email address',
  emails: 'email',
  mailaddress: 'mail address',
  phonenumber: 'phone number',
  phones: 'phone',
  telephone: 'phone',
  tel: 'phone',
  cellphone: 'mobile phone',
  mobilephone: 'mobile phone',
  homephone: 'home phone',
  workphone: 'work phone',
  zipcode: 'zip code',
  postcode: 'postal code',
  postalcode: 'postal code',
  streetaddress: 'street address',
  ipaddress: 'ip address',
  ipaddr: 'ip address',
  useragent: 'user agent',
  userid: 'user id',
  personid: 'person id',
  studentid: 'student id',
  phonenumberext: 'phone number ext',
  personaddress: 'person address',
  studentnumber: 'student number',
  customerid: 'customer id',
  passwd: 'password',
  pwd: 'password',
  apikey: 'api key',
  accesstoken: 'access token',
  creditcard: 'credit card',
  cardnumber: 'card number',
  lat: 'latitude',
  lng: 'longitude',
  lon: 'longitude',
  geolat: 'latitude',
  geolon: 'longitude',
  emerg: 'emergency',
  num: 'number',
  nbr: 'number',
  no: 'number',
  meds: 'medication',
  nationalid: 'national id',
  taxid: 'tax id',
  licence: 'license',
  kundenname: 'kunde name',
  mitarbeitername: 'mitarbeiter name',
  benutzername: 'user name',
};

/** Nouns that stand before or after `email`, `phone` and the like without a mark: `guardianemail`, `emailaddress`. */
const glued = /^(.{3,}?)(email|phone|fax|firstname|lastname|fullname|birthdate|address)$/;

/** Words that end like a contact word and are none. */
const notGlued = new Set([
  'microphone',
  'headphone',
  'saxophone',
  'xylophone',
  'earphone',
  'smartphone',
  'telefax',
  'ipaddress',
  'macaddress',
]);

/**
 * The words of a column's name, in lower case and without accents: parted at `_`, spaces, dots and humps, digits off,
 * compounds taken apart.
 * `guardianEmail2` → `guardian`, `email`.
 */
export function wordsOf(name: string): readonly string[] {
  return name
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .split(/[^\p{L}0-9]+/u)
    .map((word) => word.replace(/^\d+(?=\D)|\d+$/g, ''))
    .filter((word) => word !== '')
    .flatMap(takeApart);
}

function takeApart(word: string): readonly string[] {
  if (Object.hasOwn(compounds, word)) return (compounds[word] ?? word).split(' ');
  const match = notGlued.has(word) ? null : glued.exec(word);
  if (match === null) return [word];
  const [, before = '', after = ''] = match;
  return [...takeApart(before), ...takeApart(after)];
}
