namespace ImageGateway.Benchmarks.Ledger;

/// <summary>How one application of a tenant's draws: always the same model, size and quality, for some users or none.</summary>
/// <param name="Share">Its share of all jobs.</param>
internal sealed record Customer(string Tenant, string Project, string Key, string Model, string Target, string Size, string Quality, string Operation, string[] Users, double Share)
{
    private static readonly string[] Models = ["gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2", "dall-e-3", "dall-e-2"];
    private static readonly string[] Sizes = ["1024x1024", "1536x1024", "1024x1536"];
    private static readonly string[] Qualities = ["low", "medium", "high"];

    /// <summary>200 applications of 50 tenants; the largest tenant has fifty times the jobs of the smallest, a third name their users.</summary>
    public static List<Customer> All()
    {
        var random = new Random(1);
        var customers = new List<Customer>();
        for (var tenant = 0; tenant < 50; tenant++)
        {
            string[] users = tenant % 3 == 0 ? [.. Enumerable.Range(0, 30).Select(user => $"user-{tenant:00}-{user:00}")] : [""];
            for (var app = 0; app < 4; app++)
            {
                var model = Models[random.Next(Models.Length)];
                customers.Add(new Customer(
                    $"tenant-{tenant:00}", $"project-{app / 2}", $"tenant-{tenant:00}/key-{app}", model, $"{(app % 2 == 0 ? "openai" : "azure")}/{model}",
                    Sizes[random.Next(Sizes.Length)], Qualities[random.Next(Qualities.Length)], random.Next(4) == 0 ? "edit" : "generation", users, 1.0 / (tenant + 1)));
            }
        }
        var all = customers.Sum(customer => customer.Share);
        return customers.ConvertAll(customer => customer with { Share = customer.Share / all });
    }
}
