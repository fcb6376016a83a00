using ImageGateway.Commands;
using ImageGateway.Configuration;

namespace ImageGateway.Tests.Commands;

public sealed class SwitchesTests
{
    [Theory]
    [InlineData("my.json", "my.json: is not a switch; the configuration's file is given as --config my.json")]
    [InlineData("/etc/my.json", "/etc/my.json: is not a switch; the configuration's file is given as --config /etc/my.json")]
    [InlineData("/etc/my.json --urls http://*:1", "/etc/my.json: is not a switch; the configuration's file is given as --config /etc/my.json")]
    [InlineData("--urls http://*:1 quickly", "quickly: is not a switch; options are --Gateway:NAME")]
    [InlineData("-x", "-x: there is no such switch; options are --Gateway:NAME")]
    [InlineData("-c=my.json", "-c=my.json: there is no such switch; options are --Gateway:NAME")]
    [InlineData("--urls", "--urls: needs a value")]
    [InlineData("--config --urls http://*:1", "--config: needs a value")]
    [InlineData("/urls", "/urls: needs a value")]
    public void Argument_that_has_no_effect_is_a_mistake(string args, string mistake) =>
        Assert.Equal(mistake, Assert.Single(Assert.Throws<ConfigurationException>(() => Switches.Check(args.Split(' '))).Mistakes));

    [Theory]
    [InlineData("--config /etc/my.json --urls http://*:1")]
    [InlineData("--config=my.json /urls=http://*:1 --Gateway:Limits:JsonBytes=1 urls=http://*:2")]
    [InlineData("/config my.json --Gateway:Tenants:t:Markup -1")]
    public void Switches_of_the_host_pass(string args) => Switches.Check(args.Split(' '));

    [Fact]
    public void All_mistakes_come_at_once() => Assert.Equal(3, Assert.Throws<ConfigurationException>(() => Switches.Check(["my.json", "-x", "--urls"])).Mistakes.Count);
}
