#include "camload.h"

#include <signal.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct args a;
	signal(SIGPIPE, SIG_IGN);
	raise_fd_limit();
	args_parse(&a, argc > 2 ? argc - 2 : 0, argv + 2);
	if (argc > 1 && !strcmp(argv[1], "mjpeg"))
		return run_mjpeg(&a);
	if (argc > 1 && !strcmp(argv[1], "snap"))
		return run_snap(&a);
	char *help[] = { "--help" };
	args_parse(&a, 1, help);
	return 2;
}
