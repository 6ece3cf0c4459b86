import type {Learned} from './estimate.js';

/** Made by `scripts/learn` from the traces in test/fixtures/traces; not to be edited by hand. */
export const learned: Learned = {
  unseen: [
    0.1, // directoryExtension
    0.1, // packageExtension
    0.4994, // extension
    0, // sameDirectory
    0.3063, // stem
    0.3897, // cousin
    1.7417, // touched
    0.4471, // familiar
    1.9018, // size
    -0.2505, // knownProgram
    -2.162, // unneededProgram
    0.9645, // otherProgram
    -2.1407, // knownLibrary
    -2.4677, // unneededLibrary
    0.2482, // otherLibrary
    -0.7246, // knownFile
    -0.8015, // unneededFile
  ],
  seen: [
    0.013, // one
    1.0174, // ownLow
    1.1329, // ownMiddle
    0.8469, // ownHigh
    0, // runs
    0.3235, // severalKinds
    0.015, // neighbours
    0.0253, // package
    0.0365, // familiar
    0.0208, // size
  ],
  familiar: {
    logOdds: {
      '#/Encode.pm': 0.11, '#/Exporter.pm': 4.9, '#/Storable.pm': 0.11, '#/XSLoader.pm': 4.9, '#/constant.pm': 4.9, '#/strict.pm': 4.9,
      '#/warnings.pm': 4.9, 'Africa/Abidjan': 0.62, 'Africa/Accra': 0.62, 'Africa/Addis_Ababa': 0.62, 'Africa/Algiers': 0.62, 'Africa/Asmara': 0.62,
      'Africa/Bamako': 0.62, 'Africa/Bangui': 0.62, 'Africa/Banjul': 0.62, 'Africa/Bissau': 0.62, 'Africa/Blantyre': 0.62, 'Africa/Brazzaville': 0.62,
      'Africa/Bujumbura': 0.62, 'Africa/Cairo': 0.62, 'Africa/Casablanca': 0.62, 'Africa/Ceuta': 0.62, 'Africa/Conakry': 0.62, 'Africa/Dakar': 0.62,
      'Africa/Dar_es_Salaam': 0.62, 'Africa/Djibouti': 0.62, 'Africa/Douala': 0.62, 'Africa/El_Aaiun': 0.62, 'Africa/Freetown': 0.62,
      'Africa/Gaborone': 0.62, 'Africa/Harare': 0.62, 'Africa/Johannesburg': 0.62, 'Africa/Juba': 0.62, 'Africa/Kampala': 0.62,
      'Africa/Khartoum': 0.62, 'Africa/Kigali': 0.62, 'Africa/Kinshasa': 0.62, 'Africa/Lagos': 0.62, 'Africa/Libreville': 0.62, 'Africa/Lome': 0.62,
      'Africa/Luanda': 0.62, 'Africa/Lubumbashi': 0.62, 'Africa/Lusaka': 0.62, 'Africa/Malabo': 0.62, 'Africa/Maputo': 0.62, 'Africa/Maseru': 0.62,
      'Africa/Mbabane': 0.62, 'Africa/Mogadishu': 0.62, 'Africa/Monrovia': 0.62, 'Africa/Nairobi': 0.62, 'Africa/Ndjamena': 0.62,
      'Africa/Niamey': 0.62, 'Africa/Nouakchott': 0.62, 'Africa/Ouagadougou': 0.62, 'Africa/Porto-Novo': 0.62, 'Africa/Sao_Tome': 0.62,
      'Africa/Tripoli': 0.62, 'Africa/Tunis': 0.62, 'Africa/Windhoek': 0.62, 'America/Adak': 0.62, 'America/Anchorage': 0.62,
      'America/Anguilla': 0.62, 'America/Antigua': 0.62, 'America/Araguaina': 0.62, 'America/Aruba': 0.62, 'America/Asuncion': 0.62,
      'America/Atikokan': 0.62, 'America/Bahia': 0.62, 'America/Bahia_Banderas': 0.62, 'America/Barbados': 0.62, 'America/Belem': 0.62,
      'America/Belize': 0.62, 'America/Blanc-Sablon': 0.62, 'America/Boa_Vista': 0.62, 'America/Bogota': 0.62, 'America/Boise': 0.62,
      'America/Cambridge_Bay': 0.62, 'America/Campo_Grande': 0.62, 'America/Cancun': 0.62, 'America/Caracas': 0.62, 'America/Cayenne': 0.62,
      'America/Cayman': 0.62, 'America/Chicago': 0.62, 'America/Chihuahua': 0.62, 'America/Ciudad_Juarez': 0.62, 'America/Costa_Rica': 0.62,
      'America/Coyhaique': 0.62, 'America/Creston': 0.62, 'America/Cuiaba': 0.62, 'America/Curacao': 0.62, 'America/Danmarkshavn': 0.62,
      'America/Dawson': 0.62, 'America/Dawson_Creek': 0.62, 'America/Denver': 0.62, 'America/Detroit': 0.62, 'America/Dominica': 0.62,
      'America/Edmonton': 0.62, 'America/Eirunepe': 0.62, 'America/El_Salvador': 0.62, 'America/Fort_Nelson': 0.62, 'America/Fortaleza': 0.62,
      'America/Glace_Bay': 0.62, 'America/Goose_Bay': 0.62, 'America/Grand_Turk': 0.62, 'America/Grenada': 0.62, 'America/Guadeloupe': 0.62,
      'America/Guatemala': 0.62, 'America/Guayaquil': 0.62, 'America/Guyana': 0.62, 'America/Halifax': 0.62, 'America/Havana': 0.62,
      'America/Hermosillo': 0.62, 'America/Inuvik': 0.62, 'America/Iqaluit': 0.62, 'America/Jamaica': 0.62, 'America/Juneau': 0.62,
      'America/La_Paz': 0.62, 'America/Lima': 0.62, 'America/Los_Angeles': 0.62, 'America/Maceio': 0.62, 'America/Managua': 0.62,
      'America/Manaus': 0.62, 'America/Martinique': 0.62, 'America/Matamoros': 0.62, 'America/Mazatlan': 0.62, 'America/Menominee': 0.62,
      'America/Merida': 0.62, 'America/Metlakatla': 0.62, 'America/Mexico_City': 0.62, 'America/Miquelon': 0.62, 'America/Moncton': 0.62,
      'America/Monterrey': 0.62, 'America/Montevideo': 0.62, 'America/Montserrat': 0.62, 'America/Nassau': 0.62, 'America/New_York': 2.38,
      'America/Nome': 0.62, 'America/Noronha': 0.62, 'America/Nuuk': 0.62, 'America/Ojinaga': 0.62, 'America/Panama': 0.62,
      'America/Paramaribo': 0.62, 'America/Phoenix': 0.62, 'America/Port-au-Prince': 0.62, 'America/Port_of_Spain': 0.62, 'America/Porto_Velho': 0.62,
      'America/Puerto_Rico': 0.62, 'America/Punta_Arenas': 0.62, 'America/Rankin_Inlet': 0.62, 'America/Recife': 0.62, 'America/Regina': 0.62,
      'America/Resolute': 0.62, 'America/Rio_Branco': 0.62, 'America/Santarem': 0.62, 'America/Santiago': 0.62, 'America/Santo_Domingo': 0.62,
      'America/Sao_Paulo': 0.62, 'America/Scoresbysund': 0.62, 'America/Sitka': 0.62, 'America/St_Johns': 0.62, 'America/St_Kitts': 0.62,
      'America/St_Lucia': 0.62, 'America/St_Thomas': 0.62, 'America/St_Vincent': 0.62, 'America/Swift_Current': 0.62, 'America/Tegucigalpa': 0.62,
      'America/Thule': 0.62, 'America/Tijuana': 0.62, 'America/Toronto': 0.62, 'America/Tortola': 0.62, 'America/Vancouver': 0.62,
      'America/Whitehorse': 0.62, 'America/Winnipeg': 0.62, 'America/Yakutat': 0.62, 'Antarctica/Casey': 0.62, 'Antarctica/Davis': 0.62,
      'Antarctica/DumontDUrville': 0.62, 'Antarctica/Macquarie': 0.62, 'Antarctica/Mawson': 0.62, 'Antarctica/McMurdo': 0.62,
      'Antarctica/Palmer': 0.62, 'Antarctica/Rothera': 0.62, 'Antarctica/Syowa': 0.62, 'Antarctica/Troll': 0.62, 'Antarctica/Vostok': 0.62,
      'Argentina/Buenos_Aires': 0.62, 'Argentina/Catamarca': 0.62, 'Argentina/Cordoba': 0.62, 'Argentina/Jujuy': 0.62, 'Argentina/La_Rioja': 0.62,
      'Argentina/Mendoza': 0.62, 'Argentina/Rio_Gallegos': 0.62, 'Argentina/Salta': 0.62, 'Argentina/San_Juan': 0.62, 'Argentina/San_Luis': 0.62,
      'Argentina/Tucuman': 0.62, 'Argentina/Ushuaia': 0.62, 'Asia/Aden': 0.62, 'Asia/Almaty': 0.62, 'Asia/Amman': 0.62, 'Asia/Anadyr': 0.62,
      'Asia/Aqtau': 0.62, 'Asia/Aqtobe': 0.62, 'Asia/Ashgabat': 0.62, 'Asia/Atyrau': 0.62, 'Asia/Baghdad': 0.62, 'Asia/Bahrain': 0.62,
      'Asia/Baku': 0.62, 'Asia/Bangkok': 0.62, 'Asia/Barnaul': 0.62, 'Asia/Beirut': 0.62, 'Asia/Bishkek': 0.62, 'Asia/Brunei': 0.62,
      'Asia/Chita': 0.62, 'Asia/Colombo': 0.62, 'Asia/Damascus': 0.62, 'Asia/Dhaka': 0.62, 'Asia/Dili': 0.62, 'Asia/Dubai': 0.62,
      'Asia/Dushanbe': 0.62, 'Asia/Famagusta': 0.62, 'Asia/Gaza': 0.62, 'Asia/Hebron': 0.62, 'Asia/Ho_Chi_Minh': 0.62, 'Asia/Hong_Kong': 0.62,
      'Asia/Hovd': 0.62, 'Asia/Irkutsk': 0.62, 'Asia/Jakarta': 0.62, 'Asia/Jayapura': 0.62, 'Asia/Jerusalem': 0.62, 'Asia/Kabul': 0.62,
      'Asia/Kamchatka': 0.62, 'Asia/Karachi': 0.62, 'Asia/Kathmandu': 0.62, 'Asia/Khandyga': 0.62, 'Asia/Kolkata': 0.62, 'Asia/Krasnoyarsk': 0.62,
      'Asia/Kuala_Lumpur': 0.62, 'Asia/Kuching': 0.62, 'Asia/Kuwait': 0.62, 'Asia/Macau': 0.62, 'Asia/Magadan': 0.62, 'Asia/Makassar': 0.62,
      'Asia/Manila': 0.62, 'Asia/Muscat': 0.62, 'Asia/Nicosia': 0.62, 'Asia/Novokuznetsk': 0.62, 'Asia/Novosibirsk': 0.62, 'Asia/Omsk': 0.62,
      'Asia/Oral': 0.62, 'Asia/Phnom_Penh': 0.62, 'Asia/Pontianak': 0.62, 'Asia/Pyongyang': 0.62, 'Asia/Qatar': 0.62, 'Asia/Qostanay': 0.62,
      'Asia/Qyzylorda': 0.62, 'Asia/Riyadh': 0.62, 'Asia/Sakhalin': 0.62, 'Asia/Samarkand': 0.62, 'Asia/Seoul': 0.62, 'Asia/Shanghai': 0.62,
      'Asia/Singapore': 0.62, 'Asia/Srednekolymsk': 0.62, 'Asia/Taipei': 0.62, 'Asia/Tashkent': 0.62, 'Asia/Tbilisi': 0.62, 'Asia/Tehran': 0.62,
      'Asia/Thimphu': 0.62, 'Asia/Tokyo': 1.58, 'Asia/Tomsk': 0.62, 'Asia/Ulaanbaatar': 0.62, 'Asia/Urumqi': 0.62, 'Asia/Ust-Nera': 0.62,
      'Asia/Vientiane': 0.62, 'Asia/Vladivostok': 0.62, 'Asia/Yakutsk': 0.62, 'Asia/Yangon': 0.62, 'Asia/Yekaterinburg': 0.62, 'Asia/Yerevan': 0.62,
      'Atlantic/Azores': 0.62, 'Atlantic/Bermuda': 0.62, 'Atlantic/Canary': 0.62, 'Atlantic/Cape_Verde': 0.62, 'Atlantic/Faroe': 0.62,
      'Atlantic/Madeira': 0.62, 'Atlantic/Reykjavik': 0.62, 'Atlantic/South_Georgia': 0.62, 'Atlantic/St_Helena': 0.62, 'Atlantic/Stanley': 0.62,
      'Australia/Adelaide': 0.62, 'Australia/Brisbane': 0.62, 'Australia/Broken_Hill': 0.62, 'Australia/Darwin': 0.62, 'Australia/Eucla': 0.62,
      'Australia/Hobart': 0.62, 'Australia/Lindeman': 0.62, 'Australia/Lord_Howe': 0.62, 'Australia/Melbourne': 0.62, 'Australia/Perth': 0.62,
      'Australia/Sydney': 0.62, 'Base#/Base#.so': 0.62, 'C.utf#/LC_COLLATE': 4.9, 'C.utf#/LC_CTYPE': 5.7, 'C.utf#/LC_MONETARY': 4.9,
      'C.utf#/LC_NUMERIC': 4.9, 'C.utf#/LC_TIME': 4.9, 'Cwd/Cwd.so': 0.11, 'Data/Dumper.pm': 2.06, 'Digest/SHA.pm': 0.11, 'Digest/base.pm': 0.11,
      'Dumper/Dumper.so': 2.06, 'Encode/Alias.pm': 0.11, 'Encode/Config.pm': 0.11, 'Encode/Encode.so': 0.11, 'Encode/Encoding.pm': 0.11,
      'Etc/GMT': 2.57, 'Etc/GMT+#': 0.62, 'Etc/GMT-#': 0.62, 'Etc/UTC': 6.74, 'Europe/Amsterdam': 0.62, 'Europe/Andorra': 0.62,
      'Europe/Astrakhan': 0.62, 'Europe/Athens': 0.62, 'Europe/Belgrade': 0.62, 'Europe/Berlin': 0.62, 'Europe/Brussels': 0.62,
      'Europe/Bucharest': 0.62, 'Europe/Budapest': 0.62, 'Europe/Chisinau': 0.62, 'Europe/Copenhagen': 0.62, 'Europe/Dublin': 0.62,
      'Europe/Gibraltar': 0.62, 'Europe/Guernsey': 0.62, 'Europe/Helsinki': 0.62, 'Europe/Isle_of_Man': 0.62, 'Europe/Istanbul': 0.62,
      'Europe/Jersey': 0.62, 'Europe/Kaliningrad': 0.62, 'Europe/Kirov': 0.62, 'Europe/Kyiv': 0.62, 'Europe/Lisbon': 0.62, 'Europe/Ljubljana': 0.62,
      'Europe/London': 0.62, 'Europe/Luxembourg': 0.62, 'Europe/Madrid': 0.62, 'Europe/Malta': 0.62, 'Europe/Minsk': 0.62, 'Europe/Monaco': 0.62,
      'Europe/Moscow': 0.62, 'Europe/Oslo': 0.62, 'Europe/Paris': 0.62, 'Europe/Prague': 0.62, 'Europe/Riga': 0.62, 'Europe/Rome': 2.15,
      'Europe/Samara': 0.62, 'Europe/Sarajevo': 0.62, 'Europe/Saratov': 0.62, 'Europe/Simferopol': 0.62, 'Europe/Skopje': 0.62, 'Europe/Sofia': 0.62,
      'Europe/Stockholm': 0.62, 'Europe/Tallinn': 0.62, 'Europe/Tirane': 0.62, 'Europe/Ulyanovsk': 0.62, 'Europe/Vaduz': 0.62, 'Europe/Vienna': 0.62,
      'Europe/Vilnius': 0.62, 'Europe/Volgograd': 0.62, 'Europe/Warsaw': 0.62, 'Europe/Zagreb': 0.62, 'Europe/Zurich': 0.62,
      'Exporter/Heavy.pm': 4.92, 'Fcntl/Fcntl.so': 4.91, 'File/Basename.pm': 0.11, 'File/Find.pm': 0.11, 'File/Glob.pm': 4.85, 'File/Spec.pm': 0.11,
      'Getopt/Long.pm': 2.31, 'Glob/Glob.so': 4.85, 'IPC/Open#.pm': 4.9, 'Indian/Antananarivo': 0.62, 'Indian/Chagos': 0.62, 'Indian/Christmas': 0.62,
      'Indian/Cocos': 0.62, 'Indian/Comoro': 0.62, 'Indian/Kerguelen': 0.62, 'Indian/Mahe': 0.62, 'Indian/Maldives': 0.62, 'Indian/Mauritius': 0.62,
      'Indian/Mayotte': 0.62, 'Indian/Reunion': 0.62, 'Indiana/Indianapolis': 0.62, 'Indiana/Knox': 0.62, 'Indiana/Marengo': 0.62,
      'Indiana/Petersburg': 0.62, 'Indiana/Tell_City': 0.62, 'Indiana/Vevay': 0.62, 'Indiana/Vincennes': 0.62, 'Indiana/Winamac': 0.62,
      'JSON/PP.pm': 2.06, 'Kentucky/Louisville': 0.62, 'Kentucky/Monticello': 0.62, 'LC_MESSAGES/SYS_LC_MESSAGES': 4.9, 'List/Util.pm': 2.73,
      'MIME/Base#.pm': 0.62, 'MIME/Name.pm': 0.11, 'North_Dakota/Beulah': 0.62, 'North_Dakota/Center': 0.62, 'North_Dakota/New_Salem': 0.62,
      'POSIX/POSIX.so': 4.9, 'PP/Boolean.pm': 2.06, 'Pacific/Apia': 0.62, 'Pacific/Auckland': 0.62, 'Pacific/Bougainville': 0.62,
      'Pacific/Chatham': 0.62, 'Pacific/Chuuk': 0.62, 'Pacific/Easter': 0.62, 'Pacific/Efate': 0.62, 'Pacific/Fakaofo': 0.62, 'Pacific/Fiji': 0.62,
      'Pacific/Funafuti': 0.62, 'Pacific/Galapagos': 0.62, 'Pacific/Gambier': 0.62, 'Pacific/Guadalcanal': 0.62, 'Pacific/Guam': 0.62,
      'Pacific/Honolulu': 0.62, 'Pacific/Kanton': 0.62, 'Pacific/Kiritimati': 0.62, 'Pacific/Kosrae': 0.62, 'Pacific/Kwajalein': 0.62,
      'Pacific/Majuro': 0.62, 'Pacific/Marquesas': 0.62, 'Pacific/Midway': 0.62, 'Pacific/Nauru': 0.62, 'Pacific/Niue': 0.62, 'Pacific/Norfolk': 0.62,
      'Pacific/Noumea': 0.62, 'Pacific/Pago_Pago': 0.62, 'Pacific/Palau': 0.62, 'Pacific/Pitcairn': 0.62, 'Pacific/Pohnpei': 0.62,
      'Pacific/Port_Moresby': 0.62, 'Pacific/Rarotonga': 0.62, 'Pacific/Saipan': 0.62, 'Pacific/Tahiti': 0.62, 'Pacific/Tarawa': 0.62,
      'Pacific/Tongatapu': 0.62, 'Pacific/Wake': 0.62, 'Pacific/Wallis': 0.62, 'Piece/Piece.so': 0.62, 'SHA/SHA.so': 0.11, 'Scalar/Util.pm': 2.06,
      'Socket/Socket.so': 4.9, 'Spec/Unix.pm': 0.11, 'Storable/Storable.so': 0.11, 'Tie/Hash.pm': 4.9, 'Time/Local.pm': 0.62, 'Time/Piece.pm': 0.62,
      'Time/Seconds.pm': 0.62, 'Util/Util.so': 2.73, 'bin/base#': 2.23, 'bin/bash': 2.73, 'bin/cat': 4.52, 'bin/chmod': 2.06, 'bin/cmp': 2.06,
      'bin/comm': 2.06, 'bin/cp': 3.06, 'bin/curl': 5.83, 'bin/cut': 2.57, 'bin/dash': 6.87, 'bin/date': 1.21, 'bin/df': 0.96, 'bin/diff': 2.73,
      'bin/dpkg-query': 2.82, 'bin/du': 2.73, 'bin/env': 3.96, 'bin/find': 3.13, 'bin/grep': 3.48, 'bin/gzip': 2.68, 'bin/head': 2.73,
      'bin/hostname': 0.96, 'bin/id': 2.78, 'bin/install': 4.9, 'bin/locale': 2.06, 'bin/ls': 3.13, 'bin/mawk': 3.16, 'bin/md#sum': 1.21,
      'bin/mkdir': 5.27, 'bin/od': 1.21, 'bin/openssl': 3.13, 'bin/paste': 2.06, 'bin/perl': 5.27, 'bin/perl#': 5.27, 'bin/rm': 1.41, 'bin/sed': 3.46,
      'bin/seq': 4.1, 'bin/sha#sum': 2.06, 'bin/sleep': 4.28, 'bin/sort': 3.43, 'bin/stat': 2.45, 'bin/stty': 1.58, 'bin/su': 5.06, 'bin/tail': 2.73,
      'bin/tar': 2.86, 'bin/timeout': 2.06, 'bin/touch': 2.06, 'bin/tput': 2.51, 'bin/tr': 0.11, 'bin/true': 0.62, 'bin/uname': 1.21,
      'bin/uniq': 2.73, 'bin/wc': 2.45, 'bin/xargs': 2.73, 'certs/ca-certificates.crt': 3.82, 'common-licenses/GPL-#': 0.11, 'default/hwclock': 0.62,
      'default/nss': 0.62, 'default/useradd': 0.62, 'dpkg/arch': 2.82, 'dpkg/status': 2.82, 'etc/gai.conf': 5.01, 'etc/group': 5.79,
      'etc/host.conf': 5.13, 'etc/ld.so.cache': 6.87, 'etc/login.defs': 5.06, 'etc/nsswitch.conf': 5.94, 'etc/passwd': 5.92, 'etc/shadow': 5.06,
      'gconv/CP#.so': 2.06, 'gconv/gconv-modules.cache': 5.77, 'lib/ld-linux-@.so.#': 6.87, 'lib/libacl.so.#': 5.34, 'lib/libattr.so.#': 5.05,
      'lib/libaudit.so.#': 5.06, 'lib/libbrotlicommon.so.#': 5.94, 'lib/libbrotlidec.so.#': 5.94, 'lib/libbsd.so.#': 5.56, 'lib/libbz#.so.#': 4.5,
      'lib/libc.so.#': 6.87, 'lib/libcap-ng.so.#': 5.06, 'lib/libcap.so.#': 5.68, 'lib/libcom_err.so.#': 5.61, 'lib/libcrypt.so.#': 6.15,
      'lib/libcrypto.so.#': 6.26, 'lib/libcurl.so.#': 5.83, 'lib/libdb-#.so': 2.06, 'lib/libdl.so.#': 2.06, 'lib/libexpat.so.#': 6.31,
      'lib/libexslt.so.#': 5.38, 'lib/libffi.so.#': 5.71, 'lib/libgcc_s.so.#': 6.17, 'lib/libgcrypt.so.#': 6.08, 'lib/libgmp.so.#': 6.11,
      'lib/libgnutls.so.#': 5.61, 'lib/libgpg-error.so.#': 6.08, 'lib/libgssapi_krb#.so.#': 5.98, 'lib/libhogweed.so.#': 5.61,
      'lib/libicudata.so.#': 5.88, 'lib/libicui#n.so.#': 5.13, 'lib/libicuuc.so.#': 5.88, 'lib/libidn#.so.#': 5.61, 'lib/libk#crypto.so.#': 5.98,
      'lib/libkeyutils.so.#': 5.98, 'lib/libkrb#.so.#': 5.98, 'lib/libkrb#support.so.#': 5.98, 'lib/liblber-#.so.#': 6.24, 'lib/libldap-#.so.#': 6.24,
      'lib/liblz#.so.#': 5.71, 'lib/liblzma.so.#': 6.29, 'lib/libm.so.#': 6.73, 'lib/libmd.so.#': 5.01, 'lib/libnettle.so.#': 5.61,
      'lib/libnghttp#.so.#': 5.83, 'lib/libp#-kit.so.#': 5.61, 'lib/libpam.so.#': 5.06, 'lib/libpam_misc.so.#': 5.06, 'lib/libpcre#-#.so.#': 6.22,
      'lib/libperl.so.#': 4.9, 'lib/libpsl.so.#': 5.83, 'lib/libpthread.so.#': 2.06, 'lib/libreadline.so.#': 5.54, 'lib/libresolv.so.#': 5.61,
      'lib/librtmp.so.#': 5.83, 'lib/libsasl#.so.#': 6.24, 'lib/libseccomp.so.#': 2.06, 'lib/libselinux.so.#': 5.98, 'lib/libsqlite#.so.#': 4.15,
      'lib/libssh#.so.#': 5.83, 'lib/libssl.so.#': 6.24, 'lib/libstdc++.so.#': 6.12, 'lib/libsystemd.so.#': 5.68, 'lib/libtasn#.so.#': 5.61,
      'lib/libtinfo.so.#': 5.17, 'lib/libunistring.so.#': 5.63, 'lib/libuuid.so.#': 3.43, 'lib/libxml#.so.#': 5.88, 'lib/libxslt.so.#': 5.38,
      'lib/libxxhash.so.#': 2.06, 'lib/libyaml-#.so.#': 4.03, 'lib/libz.so.#': 6.54, 'lib/libzstd.so.#': 6.09, 'ossl-modules/legacy.so': 2.06,
      'pam.d/common-account': 5.06, 'pam.d/common-auth': 5.06, 'pam.d/common-password': 5.06, 'pam.d/common-session': 5.06, 'pam.d/other': 5.06,
      'pam.d/su': 5.06, 'perl-base/Carp.pm': 4.96, 'perl-base/Cwd.pm': 0.11, 'perl-base/Exporter.pm': 5.01, 'perl-base/Fcntl.pm': 4.91,
      'perl-base/POSIX.pm': 4.9, 'perl-base/Socket.pm': 4.9, 'perl-base/Symbol.pm': 4.9, 'perl-base/XSLoader.pm': 5.01, 'perl-base/bytes.pm': 2.06,
      'perl-base/constant.pm': 4.96, 'perl-base/integer.pm': 0.96, 'perl-base/overload.pm': 2.73, 'perl-base/overloading.pm': 4.96,
      'perl-base/parent.pm': 0.96, 'perl-base/strict.pm': 5.01, 'perl-base/vars.pm': 2.38, 'perl-base/warnings.pm': 5.01, 'right/CET': 0.62,
      'right/CST#CDT': 0.62, 'right/EET': 0.62, 'right/EST': 0.62, 'right/EST#EDT': 0.62, 'right/Factory': 0.62, 'right/HST': 0.62, 'right/MET': 0.62,
      'right/MST': 0.62, 'right/MST#MDT': 0.62, 'right/PST#PDT': 0.62, 'right/WET': 0.62, 'sasl#/libsasldb.so.#': 2.69, 'security/limits.conf': 5.06,
      'security/pam_deny.so': 5.06, 'security/pam_env.conf': 5.06, 'security/pam_env.so': 5.06, 'security/pam_limits.so': 5.06,
      'security/pam_mail.so': 5.06, 'security/pam_permit.so': 5.06, 'security/pam_rootok.so': 5.06, 'security/pam_unix.so': 5.06,
      'ssl/openssl.cnf': 6.32, 'triggers/File': 2.82, 'warnings/register.pm': 5.62, 'x/xterm': 2.06, 'zoneinfo/CET': 0.62, 'zoneinfo/CST#CDT': 0.62,
      'zoneinfo/EET': 0.62, 'zoneinfo/EST': 0.62, 'zoneinfo/EST#EDT': 0.62, 'zoneinfo/Factory': 0.62, 'zoneinfo/HST': 0.62, 'zoneinfo/MET': 0.62,
      'zoneinfo/MST': 0.62, 'zoneinfo/MST#MDT': 0.62, 'zoneinfo/PST#PDT': 0.62, 'zoneinfo/WET': 0.62, 'zoneinfo/iso#.tab': 0.62,
      'zoneinfo/leap-seconds.list': 0.62, 'zoneinfo/leapseconds': 0.62, 'zoneinfo/tzdata.zi': 0.62, 'zoneinfo/zone#.tab': 0.62,
      'zoneinfo/zone.tab': 0.62,
    },
    packages: [
      '/etc/ca-certificates.conf', '/etc/fstab', '/etc/group', '/etc/group-', '/etc/gshadow', '/etc/gshadow-', '/etc/hostname', '/etc/inputrc',
      '/etc/ld.so.cache', '/etc/motd', '/etc/nsswitch.conf', '/etc/pam.d', '/etc/passwd', '/etc/passwd-', '/etc/profile', '/etc/resolv.conf',
      '/etc/shadow', '/etc/shadow-', '/etc/shells', '/etc/ssl', '/etc/timezone', '/root/.bashrc', '/root/.profile', '/usr/share', '/var/cache',
      '/var/lib', 'adduser', 'apt', 'base-files', 'base-passwd', 'bash', 'bsdutils', 'ca-certificates', 'coreutils', 'curl', 'dash', 'debconf',
      'debian-archive-keyring', 'debianutils', 'diffutils', 'dpkg', 'e2fsprogs', 'findutils', 'gcc-12-base', 'gpgv', 'grep', 'gzip', 'hostname',
      'init-system-helpers', 'libacl1', 'libapt-pkg6.0', 'libattr1', 'libaudit-common', 'libaudit1', 'libblkid1', 'libbrotli1', 'libbsd0',
      'libbz2-1.0', 'libc-bin', 'libc6', 'libcap-ng0', 'libcap2', 'libcom-err2', 'libcrypt1', 'libcurl4', 'libdb5.3', 'libdebconfclient0', 'libedit2',
      'libexpat1', 'libext2fs2', 'libffi8', 'libfile-find-rule-perl', 'libgcc-s1', 'libgcrypt20', 'libgdbm-compat4', 'libgdbm6', 'libgmp10',
      'libgnutls30', 'libgpg-error0', 'libgssapi-krb5-2', 'libhogweed6', 'libicu72', 'libidn2-0', 'libk5crypto3', 'libkeyutils1', 'libkrb5-3',
      'libkrb5support0', 'libldap-2.5-0', 'liblz4-1', 'liblzma5', 'libmd0', 'libmount1', 'libncursesw6', 'libnettle8', 'libnghttp2-14',
      'libnumber-compare-perl', 'libp11-kit0', 'libpam-modules', 'libpam-modules-bin', 'libpam-runtime', 'libpam0g', 'libpcre2-8-0', 'libperl5.36',
      'libpsl5', 'libreadline8', 'librtmp1', 'libsasl2-2', 'libsasl2-modules-db', 'libseccomp2', 'libselinux1', 'libsemanage-common', 'libsemanage2',
      'libsepol2', 'libsmartcols1', 'libsqlite3-0', 'libss2', 'libssh2-1', 'libssl3', 'libstdc++6', 'libsystemd0', 'libtasn1-6', 'libtext-glob-perl',
      'libtinfo6', 'libtirpc-common', 'libtirpc3', 'libudev1', 'libunistring2', 'libuuid1', 'libxml2', 'libxslt1.1', 'libxxhash0', 'libyaml-0-2',
      'libzstd1', 'login', 'logsave', 'mawk', 'mount', 'ncurses-base', 'ncurses-bin', 'openssl', 'passwd', 'perl', 'perl-base', 'perl-modules-5.36',
      'readline-common', 'sed', 'sysvinit-utils', 'tar', 'tzdata', 'usrmerge', 'util-linux', 'util-linux-extra', 'zlib1g',
    ],
  },
};
