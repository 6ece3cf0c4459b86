/* who FILE: the effective user, and whether FILE can be read: what a setuid bit and a file capability are for. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int file = open(argc > 1 ? argv[1] : "/", O_RDONLY);

	printf("%d %s\n", (int)geteuid(), file < 0 ? "refused" : "read");
	return 0;
}
