using ImageGateway.Configuration;

namespace ImageGateway.Tests.Configuration;

public sealed class SecretsTests : IDisposable
{
    // Names of variables that no other test and no machine has.
    private const string Set = "IMAGEGATEWAY_TEST_SECRET_SET", Blank = "IMAGEGATEWAY_TEST_SECRET_BLANK";

    private readonly TemporaryFolder _folder = new();
    private readonly Mistakes _mistakes = new("Gateway");
    private readonly Secrets _secrets;

    public SecretsTests()
    {
        Environment.SetEnvironmentVariable(Set, " from-the-environment \n");
        Environment.SetEnvironmentVariable(Blank, "  ");
        _folder.Write("key", "from-a-file\n");
        _folder.Write("empty", "\n");
        _secrets = new Secrets(_folder.Path, new Dictionary<string, string> { ["GENERATED"] = "made-here", [Set] = "hidden", [Blank] = "made-instead" });
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("env:" + Set, "from-the-environment")]
    [InlineData("env:" + Blank, "made-instead")]
    [InlineData("env:GENERATED", "made-here")]
    [InlineData("file:key", "from-a-file")]
    public void Reference_is_resolved(string reference, string secret)
    {
        Assert.Equal(secret, _secrets.Resolve(reference, _mistakes, "ApiKey"));
        Assert.Empty(_mistakes.All);
    }

    [Fact]
    public void Absolute_path_is_taken_as_it_is() => Assert.Equal("from-a-file", _secrets.Resolve($"file:{_folder.Path}/key", _mistakes, "ApiKey"));

    [Theory]
    [InlineData("env:IMAGEGATEWAY_TEST_NOT_SET", "the environment variable IMAGEGATEWAY_TEST_NOT_SET is not set")]
    [InlineData("env:", "the environment variable  is not set")]
    [InlineData("file:nowhere/key", "the file 'nowhere/key' cannot be read")]
    [InlineData("file:empty", "the file 'empty' is empty")]
    [InlineData("file:", "the file '' cannot be read")]
    [InlineData("file:a\0b", "cannot be read")]
    [InlineData("vault:key", "vault: needs the vault's URL in Gateway:Vault")]
    [InlineData("vault:../key", "is not vault:NAME")]
    public void Reference_to_nothing_is_a_mistake(string reference, string mistake)
    {
        Assert.Null(_secrets.Resolve(reference, _mistakes, "ApiKey"));
        var reported = Assert.Single(_mistakes.All);
        Assert.StartsWith("Gateway:ApiKey: ", reported, StringComparison.Ordinal);
        Assert.Contains(mistake, reported, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sk-literal-secret")]
    [InlineData("ENV:sk-literal-secret")]
    [InlineData(" env:sk-literal-secret")]
    [InlineData("")]
    public void Literal_is_refused_and_never_shown(string literal)
    {
        Assert.Null(_secrets.Resolve(literal, _mistakes, "ApiKey"));
        Assert.DoesNotContain("sk-literal-secret", Assert.Single(_mistakes.All), StringComparison.Ordinal);
    }
}
