// Words of direct identifiers in German, French, Spanish and Portuguese, without accents: `wordsOf` takes them off.
import type { CategoryId } from './category.ts';

/** Word sequences by category, one a `|`; each names personal data wherever it stands. */
export const foreignPhrases: Readonly<Partial<Record<CategoryId, string>>> = {
  'person.name': `vorname|nachname|familienname|geburtsname|rufname|vollstandiger name|prenom|nom famille|nom de famille|nom complet|nom naissance|
    nom de naissance|nom client|nom utilisateur|nom patient|apellido|apellidos|primer apellido|segundo apellido|nombre completo|nombre pila|
    nombre cliente|nombre usuario|nombre paciente|sobrenome|nome completo|nome mae|nome pai|nome cliente|nome usuario|nome paciente`,
  'person.dob': `geburtsdatum|geburtstag|geburtsjahr|geburtsort|sterbedatum|date naissance|date de naissance|lieu naissance|lieu de naissance|
    annee naissance|fecha nacimiento|fecha de nacimiento|lugar nacimiento|data nascimento|data de nascimento|local nascimento`,
  'contact.email': `mailadresse|emailadresse|email adresse|e mail adresse|courriel|adresse mail|adresse email|adresse courriel|adresse electronique|
    correo|correo electronico|endereco email|endereco eletronico|correio eletronico`,
  'contact.phone': `telefon|telefonnummer|handynummer|handy|mobilnummer|rufnummer|faxnummer|numero telephone|numero de telephone|portable|
    telefono|numero telefono|telefono movil|movil|telefone|numero telefone|celular|telemovel`,
  'loc.street': `strasse|strassenname|hausnummer|anschrift|adresse|wohnadresse|lieferadresse|rechnungsadresse|rue|numero rue|direccion|calle|domicilio|
    endereco|rua|logradouro`,
  'loc.postal': 'plz|postleitzahl|code postal|codigo postal|cep',
  'gov.national_id': `steuernummer|steuer id|steueridentifikationsnummer|sozialversicherungsnummer|rentenversicherungsnummer|numero securite sociale|
    numero de securite sociale|securite sociale|numero secu|nir|numero fiscal|nie|numero afiliacion|seguridad social|rg|numero contribuinte`,
  'gov.document': `personalausweis|personalausweisnummer|ausweisnummer|reisepass|reisepassnummer|fuhrerschein|fuhrerscheinnummer|passeport|
    numero passeport|carte identite|permis conduire|permis de conduire|pasaporte|numero pasaporte|permiso conducir|passaporte|numero passaporte|
    carteira motorista`,
  'fin.account':
    'kontonummer|bankverbindung|compte bancaire|numero compte|cuenta bancaria|numero cuenta|conta bancaria|numero conta',
  'hr.fin': 'gehalt|einkommen|salaire|revenu|salario|ingresos|renda',
};

/** Words for people in these languages, in the singular. */
export const foreignPersonWords: readonly string[] = [
  ...['kunde', 'kunden', 'mitarbeiter', 'benutzer', 'nutzer', 'schuler', 'ansprechpartner'],
  ...['utilisateur', 'salarie', 'employe', 'eleve', 'abonne'],
  ...['cliente', 'usuario', 'empleado', 'paciente', 'alumno', 'titular'],
  ...['funcionario', 'aluno', 'colaborador'],
];
