// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* The smallest program there is: something to be executed. */
int main(void)
{
	return 0;
}
