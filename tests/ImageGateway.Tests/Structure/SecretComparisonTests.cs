using System.Text.RegularExpressions;

namespace ImageGateway.Tests.Structure;

/// <summary>What is secret is compared in constant time, and a key only by its hash: how long a refusal takes says nothing of how near a guess was.</summary>
public sealed partial class SecretComparisonTests
{
    // Of the configuration with itself, or of hashes that are in force already: nobody outside chooses either side.
    private static readonly string[] Known = ["alike = alike.RemoveAll(key => key.Hash.AsSpan().SequenceEqual(hash));"];

    [Fact]
    public void No_secret_is_compared_but_in_constant_time() =>
        Assert.Empty(Sources().SelectMany(source => Mistakes(File.ReadAllText(source)).Select(mistake => $"{Path.GetFileName(source)}: {mistake}")));

    [Theory]
    [InlineData("Tenants/KeyRing.cs")]
    [InlineData("Caching/Files/FileLinks.cs")]
    public void What_clients_prove_themselves_with_is_compared_in_constant_time(string file) =>
        Assert.Contains("CryptographicOperations.FixedTimeEquals(", File.ReadAllText(Path.Combine(Service, file)), StringComparison.Ordinal);

    // The one place that reads a key of a request hands it to the directory, which has rings of hashes only.
    [Fact]
    public void Key_of_a_request_goes_to_the_directory_alone()
    {
        var readers = Sources().Where(source => Read().IsMatch(File.ReadAllText(source))).ToList();
        var authentication = File.ReadAllText(Assert.Single(readers));

        Assert.EndsWith("Authentication.cs", readers[0], StringComparison.Ordinal);
        Assert.Equal(Count(authentication, " Key(http") + Count(authentication, "(Key(http"), Count(authentication, "directory.FindCaller(Key(http") + Count(authentication, "directory.FindAdmin(Key(http"));
    }

    [Theory]
    [InlineData("if (key.Secret == secret)", true)]
    [InlineData("return sig != mine;", true)]
    [InlineData("signature.SequenceEqual(other)", true)]
    [InlineData("string.Equals(apiKey, other, StringComparison.Ordinal)", true)]
    [InlineData("hash.Equals(other)", true)]
    [InlineData("keys.Any(key => key.Hash == hash)", true)]
    [InlineData("if (secret == null || sig is null)", false)]
    [InlineData("options.Secret != null", false)]
    [InlineData("secret.Length == 0", false)]
    [InlineData("CryptographicOperations.FixedTimeEquals(hash, known)", false)]
    [InlineData("// the secret == what is meant", false)]
    public void Comparison_is_found(string line, bool isMistake) => Assert.Equal(isMistake, Mistakes(line).Any());

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static string Service => Repository.File("src", "ImageGateway");

    private static IEnumerable<string> Sources() => Directory.EnumerateFiles(Service, "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static IEnumerable<string> Mistakes(string source) =>
        source.Split('\n').Select(line => line.Trim()).Where(line => !line.StartsWith("//", StringComparison.Ordinal) && !Known.Contains(line) && Comparison().IsMatch(line));

    // A name that ends in one of these words, on either side of an operator or as receiver or argument of a method that compares.
    [GeneratedRegex("""
        (?ix) (?<word> \b\w*(?:secret|signature|\bsig|password|apikey|bearer|keyhash|\bhash) ) (?: \s*[!=]=(?!\s*(?:null|default)\b) | \.(?:AsSpan\(\)\.)?(?:SequenceEqual|Equals|CompareTo|StartsWith|IndexOf)\( )
        | [!=]=\s*(?!ErrorKind\.)(?:[\w.]+\.)?\w*(?:secret|signature|\bsig|password|apikey|keyhash|\bhash)\b(?!\s*[.(])
        | \b(?:string|object|MemoryExtensions|StringComparer\.\w+)\.(?:Equals|SequenceEqual|Compare)\((?:[\w.]+\.)?\w*(?:secret|signature|\bsig|password|apikey|keyhash|\bhash)\b
        """, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Comparison();

    [GeneratedRegex("""\b[Hh]eaders\.Authorization\b(?!\s*=)|\["api-key"\]""", RegexOptions.None, 1000)]
    private static partial Regex Read();
}
