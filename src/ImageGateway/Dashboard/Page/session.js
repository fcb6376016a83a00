// Keys live in this tab and no longer: sessionStorage, never localStorage, never an address.
const names = { admin: 'imagegateway.admin-key', tenant: 'imagegateway.tenant-key' };

export const keyOf = whose => sessionStorage.getItem(names[whose]);

export const keep = (whose, key) => sessionStorage.setItem(names[whose], key);

export const forget = whose => sessionStorage.removeItem(names[whose]);
