using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("ImageGateway.SystemTests.Security.LogScanLast", "ImageGateway.SystemTests")]

namespace ImageGateway.SystemTests.Security;

/// <summary>Runs the scan of the logs behind all other tests.</summary>
public sealed class LogScanLast : ITestCollectionOrderer
{
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => collection.DisplayName.Contains(nameof(LogScanTests), StringComparison.Ordinal)).ThenBy(collection => collection.DisplayName, StringComparer.Ordinal);
}

/// <summary>No gateway of this whole run has logged a secret, a prompt or a picture, at any level.</summary>
public sealed class LogScanTests
{
    [Fact]
    public async Task No_log_of_the_run_has_a_secret_or_a_prompt()
    {
        // One job of its own, so that there is something to read when this test runs alone.
        await using var gateway = await OwnGateway.StartAsync($$"""  "Providers": { {{OwnGateway.Account("west")}} }  """);
        using var job = await gateway.GenerateAsync();
        await Until.TrueAsync(() => LogScan.Lines > 0, "lines of the log");

        Assert.Empty(LogScan.Found);
    }

    [Theory]
    [InlineData(true, "{\"Timestamp\":\"…\",\"Message\":\"key igw_acme_0123456789\"}")]
    [InlineData(false, "{\"Timestamp\":\"…\",\"Message\":\"key of acme\"}")]
    [InlineData(false, "demo key igw_acme_0123456789, printed by a first run")]
    public void Scan_finds_what_is_private_in_lines_of_logs(bool found, string line) => Assert.Equal(found, LogScan.IsPrivate(line));
}
