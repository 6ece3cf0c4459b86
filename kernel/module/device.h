/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WINNOW_DEVICE_FILE_H
#define WINNOW_DEVICE_FILE_H

int wn_device_register(void);
void wn_device_unregister(void);

#endif
