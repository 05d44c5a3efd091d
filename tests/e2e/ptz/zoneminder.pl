# ZoneMinder without ZoneMinder: what its control modules take from the rest of it, and a loop that calls one of them.
# usage: perl -I FOLDER_OF_MODULES zoneminder.pl MODULE ADDRESS DEVICE    commands on stdin: NAME [PARAMETER=VALUE ...]
use strict;
use warnings;

BEGIN { $INC{"ZoneMinder/$_.pm"} = __FILE__ for qw(Base Object Monitor Logger Database Config) }

package ZoneMinder::Base;
our $VERSION = '1';
use constant ZM_VERSION => '1';

package ZoneMinder::Object;
sub new { my ($class, %fields) = @_; return bless {%fields}, $class }

package ZoneMinder::Logger;
use parent 'Exporter';
our @EXPORT_OK;
our %EXPORT_TAGS;
BEGIN { @EXPORT_OK = qw(Debug Info Warning Error Fatal logDebugging); %EXPORT_TAGS = (all => \@EXPORT_OK) }
sub Debug { }
sub Info { }
sub logDebugging { return 0 }
sub Warning { die "@_\n" }
sub Error { die "@_\n" }
sub Fatal { die "@_\n" }

package ZoneMinder::Database;
use parent 'Exporter';
our %EXPORT_TAGS = (all => []);

package ZoneMinder::Config;
use parent 'Exporter';
our %EXPORT_TAGS = (all => []);

package ZoneMinder::Control;
sub DESTROY { }

package main;
my ($module, $address, $device) = @ARGV;
require "ZoneMinder/Control/$module.pm";
my $monitor = {
    ControlAddress => $address, ControlDevice => $device, Width => 640, Height => 480, Orientation => 'ROTATE_0',
};
my $control = "ZoneMinder::Control::$module"->new(Monitor => $monitor, MonitorId => 1, Protocol => $module);
$control->open();
$| = 1;
while (my $line = <STDIN>) {
    my ($name, @parameters) = split ' ', $line;
    $control->$name({ map { split /=/, $_, 2 } @parameters });
    print "done\n";
}
