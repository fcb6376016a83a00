using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Caching;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;
using static ImageGateway.SystemTests.Reload.OwnGateway;

namespace ImageGateway.SystemTests.Governance;

/// <summary>A gateway that keeps no ledger has nothing to show but the answers it was asked to keep.</summary>
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

    [Fact]
    public async Task Asynchronous_job_needs_no_ledger()
    {
        await using var gateway = await OwnGateway.StartAsync($$"""
            "Providers": { {{Account("west")}} } }, "ConnectionStrings": { "Database": ""
            """);
        using var client = new AsyncClient();
        gateway.Http.DefaultRequestHeaders.Add(AsyncClient.Prefer.Name, AsyncClient.Prefer.Value);
        async Task<Uri> BeginAsync()
        {
            using var response = await gateway.GenerateAsync();
            return await AsyncClient.LocationAsync(gateway.Http.BaseAddress!, response);
        }

        var end = await client.EndAsync(await BeginAsync(), Keys.Acme);
        gateway.Faults.Add(new FaultRule { Fault = new Fault { Hang = true } });
        var cancelled = await client.DeleteAsync(await BeginAsync(), Keys.Acme);

        Assert.Equal(("completed", 1, "usage"), (end.State, (int)end.Job["images"]!, (string?)end.Job["basis"]));
        Assert.True((decimal)end.Job["charge_usd"]! > 0);
        Assert.Single(end.Hashes);
        Assert.Equal((200, "cancelled"), (cancelled.Status, cancelled.State));
    }
}
