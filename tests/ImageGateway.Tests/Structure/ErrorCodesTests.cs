using System.Text.RegularExpressions;
using ImageGateway.Images;

namespace ImageGateway.Tests.Structure;

/// <summary>The errors that clients can meet are those that <c>docs/api.md</c> lists, with their statuses.</summary>
public sealed partial class ErrorCodesTests
{
    [Fact]
    public void Every_error_is_listed_with_its_status()
    {
        var rows = Row().Matches(File.ReadAllText(Repository.File("docs", "api.md")));
        var listed = rows.SelectMany(row => Code().Matches(row.Groups["codes"].Value).Select(code => $"{row.Groups["statuses"].Value} {code.Value.Trim('`')}")).ToList();
        var known = Enum.GetValues<ErrorKind>().Select(kind => new GatewayError(kind, "")).Where(error => ErrorEnvelope.Code(error) is not null);
        Assert.All(known, error => Assert.Contains(listed, row => row.Contains($"{ErrorEnvelope.Status(error)}", StringComparison.Ordinal) && row.EndsWith($" {ErrorEnvelope.Code(error)}", StringComparison.Ordinal)));
        Assert.Equal(known.Select(ErrorEnvelope.Code).Distinct().Count(), listed.Select(row => row.Split(' ')[^1]).Distinct().Count());
    }

    [Theory]
    [InlineData("prometheus/rules.yml")]
    [InlineData("grafana/dashboards/imagegateway.json")]
    public void Every_error_of_the_server_counts_as_a_failure(string file)
    {
        var counted = Failures().Match(File.ReadAllText(Repository.File("deploy", file))).Groups["codes"].Value.Split('|');
        var known = Enum.GetValues<ErrorKind>().Select(kind => new GatewayError(kind, "")).Where(error => ErrorEnvelope.Status(error) >= 500);
        Assert.Equal(known.Select(ErrorEnvelope.Code).Order(), counted.Order());
    }

    [GeneratedRegex(@"code=~\\?""(?<codes>[a-z_|]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Failures();

    [GeneratedRegex(@"^\| (?<statuses>\d{3}(, \d{3})*) \| (?<codes>[^|]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();

    [GeneratedRegex("`[a-z_]+`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();
}
