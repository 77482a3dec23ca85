/* Octavo's version; Quire's own is configure's. */
#ifndef QUIRE_GUESTOS_VERSION_H
#define QUIRE_GUESTOS_VERSION_H

#define OCTAVO_VERSION "0.1.0"
#define OCTAVO_REFERENCE "5.15.0-octavo" /* what uname's release says */

#endif
