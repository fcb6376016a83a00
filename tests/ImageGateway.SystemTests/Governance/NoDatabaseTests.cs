using System.Net.Http.Headers;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;
using static ImageGateway.SystemTests.Reload.OwnGateway;

namespace ImageGateway.SystemTests.Governance;

/// <summary>A gateway that keeps no ledger has nothing to show.</summary>
public sealed class NoDatabaseTests
{
    [Fact]
    public async Task Ledger_that_is_not_kept_is_unavailable()
    {
        await using var gateway = await OwnGateway.StartAsync($$"""
            "Providers": { {{Account("west")}} } }, "ConnectionStrings": { "Database": ""
            """);

        foreach (var path in (string[])["/admin/v1/ledger", "/admin/v1/ledger/x", "/admin/v1/spend", "/admin/v1/export"])
        {
            using var request = LedgerGateway.Request(HttpMethod.Get, path, Keys.Admin);
            using var response = await gateway.Http.SendAsync(request);
            await response.ProblemAsync(503, "ConnectionStrings:Database");
        }
        foreach (var path in (string[])["/v1/organization/costs?start_time=0", "/v1/organization/usage/images?start_time=0", "/v1/images/jobs/x"])
        {
            using var response = await gateway.Http.GetAsync(path);
            await response.ErrorAsync(503, "store_unavailable", null, "ConnectionStrings:Database");
        }
    }
}
