using System.Buffers;
using System.Text.Json;
using ImageGateway.Catalog;
using ImageGateway.Images;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Ledger.Export;

/// <summary>
/// The columns of FOCUS 1.2 (https://focus.finops.org). A job is one row in the unit it was priced in: tokens if the provider
/// counted them, else images, or calls if none came but the calls cost something. A job priced in tokens has a second row that
/// counts its images at no cost, so that the costs of all rows add up to the ledger's.
/// </summary>
/// <param name="catalogue">Names the models' publishers.</param>
/// <param name="nameOf">The display name of a tenant, or of its project; its id when there is none.</param>
internal sealed class FocusFormat(Catalogue catalogue, Func<string, string?, string> nameOf) : IExportFormat
{
    private static readonly string[] Names =
    [
        "BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "ListUnitPrice", "BillingCurrency",
        "BillingAccountId", "BillingAccountName", "BillingAccountType", "SubAccountId", "SubAccountName", "SubAccountType",
        "BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency",
        "ConsumedQuantity", "ConsumedUnit", "PricingQuantity", "PricingUnit", "PricingCategory", "PricingCurrency",
        "ProviderName", "PublisherName", "InvoiceIssuerName", "InvoiceId", "RegionId", "ResourceId", "ResourceName", "ResourceType",
        "ServiceCategory", "ServiceSubcategory", "ServiceName", "SkuId", "SkuMeter", "SkuPriceId", "SkuPriceDetails", "Tags",
        "x_RequestId", "x_KeyId", "x_User", "x_Operation", "x_Basis",
    ];

    private readonly Dictionary<(string Tenant, string? Project), string> _names = [];

    public string ContentType => "text/csv; charset=utf-8";

    public string Extension => "focus.csv";

    public bool OnlyCharges => true;

    public void Begin(IBufferWriter<byte> output)
    {
        var csv = new CsvWriter(output);
        foreach (var name in Names)
            csv.Text(name);
        csv.EndRow();
    }

    public void Write(LedgerRow row, IBufferWriter<byte> output)
    {
        var csv = new CsvWriter(output);
        // With tokens counted, only a price per image is one of the table.
        var isInTokens = row.Usage.Total > 0 && row.Basis != WireName.Of(ChargeBasis.Table);
        if (isInTokens)
            Write(csv, row, "tokens", row.Usage.Total, isPriced: true);
        if (row.Images > 0)
            Write(csv, row, "images", row.Images, isPriced: !isInTokens);
        // A call without a known result has a price as well, and a price has a quantity.
        else if (!isInTokens && (row.Charge, row.ListCost, row.BilledCost) != default)
            Write(csv, row, "calls", 1, isPriced: true);
    }

    private void Write(CsvWriter csv, LedgerRow row, string unit, long quantity, bool isPriced)
    {
        WriteCosts(csv, row, quantity, isPriced);
        WriteAccount(csv, row);
        WritePeriod(csv, row);
        csv.Text("Usage");
        csv.Text(row.Corrects is null ? null : "Correction");
        csv.Text($"{row.Operation} by {row.ServedModel}, {row.Size} {row.Quality}");
        csv.Text("Usage-Based");
        csv.Number(quantity);
        csv.Text(unit);
        csv.Number(isPriced ? quantity : null);
        csv.Text(isPriced ? unit : null);
        csv.Text(isPriced ? "Standard" : null);
        csv.Text("USD");
        WriteService(csv, row, unit, isPriced);
        csv.Text(row.Tags);
        csv.Text(row.Id);
        csv.Text(row.KeyId);
        csv.Text(row.User);
        csv.Text(row.Operation);
        csv.Text(row.Basis);
        csv.EndRow();
    }

    // Billed is what the tenant pays; effective and contracted are what the provider charges.
    private static void WriteCosts(CsvWriter csv, LedgerRow row, long quantity, bool isPriced)
    {
        csv.Usd(isPriced ? row.BilledCost : 0);
        csv.Usd(isPriced ? row.Charge : 0);
        csv.Usd(isPriced ? row.ListCost : 0);
        csv.Usd(isPriced ? row.Charge : 0);
        csv.Number(isPriced && quantity > 0 ? decimal.Round(row.ListCost / 1_000_000_000m / quantity, 15) : null);
        csv.Text("USD");
    }

    private void WriteAccount(CsvWriter csv, LedgerRow row)
    {
        csv.Text(row.Tenant);
        csv.Text(NameOf(row.Tenant, null));
        csv.Text("Tenant");
        csv.Text($"{row.Tenant}/{row.Project}");
        csv.Text(NameOf(row.Tenant, row.Project));
        csv.Text("Project");
    }

    private string NameOf(string tenant, string? project)
    {
        if (!_names.TryGetValue((tenant, project), out var name))
            _names.Add((tenant, project), name = nameOf(tenant, project));
        return name;
    }

    private static void WritePeriod(CsvWriter csv, LedgerRow row)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt);
        var month = new DateTimeOffset(at.Year, at.Month, 1, 0, 0, 0, TimeSpan.Zero);
        var second = row.CreatedAt / 1000 * 1000;
        csv.Time(month.ToUnixTimeMilliseconds(), isExact: false);
        csv.Time(month.AddMonths(1).ToUnixTimeMilliseconds(), isExact: false);
        csv.Time(second, isExact: false);
        // The end is exclusive, and no period is empty.
        csv.Time(((row.CreatedAt + row.DurationMs) / 1000 * 1000) + 1000, isExact: false);
    }

    private void WriteService(CsvWriter csv, LedgerRow row, string unit, bool isPriced)
    {
        var provider = row.Target is { } target ? target[..target.IndexOf('/', StringComparison.Ordinal)] : null;
        csv.Text(provider);
        csv.Text(row.ServedModel is { } model && catalogue.Models.TryGetValue(model, out var known) ? known.OwnedBy : provider);
        csv.Text("ImageGateway");
        csv.Text(null);
        csv.Text(null);
        csv.Text(row.Target);
        csv.Text(row.ServedModel);
        csv.Text("Image model");
        csv.Text("AI and Machine Learning");
        csv.Text("Generative AI");
        csv.Text("Image generation");
        csv.Text($"{row.ServedModel}/{unit}");
        csv.Text(unit switch { "tokens" => "Image model tokens", "calls" => "Calls without a result", _ => "Images" });
        csv.Text(isPriced ? $"{row.ServedModel}/{unit}/{row.PriceBook}" : null);
        csv.Text(Details(row));
    }

    private static string Details(LedgerRow row)
    {
        var usage = row.Usage;
        return $$"""
            {"model":{{Json(row.ServedModel)}},"size":{{Json(row.Size)}},"quality":{{Json(row.Quality)}},"x_text_input_tokens":{{usage.TextInput}},"x_image_input_tokens":{{usage.ImageInput}},"x_cached_text_input_tokens":{{usage.CachedTextInput}},"x_cached_image_input_tokens":{{usage.CachedImageInput}},"x_image_output_tokens":{{usage.ImageOutput}},"x_text_output_tokens":{{usage.TextOutput}}}
            """;
    }

    private static string Json(string? text) => text is null ? "null" : $"\"{JsonEncodedText.Encode(text)}\"";
}
