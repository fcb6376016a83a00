namespace ImageGateway.SystemTests.Running;

/// <summary>The secrets of the tests, none of which may turn up where it does not belong.</summary>
internal static class Keys
{
    public const string Acme = "igw_acme_0123456789";
    public const string Limited = "igw_limited_0123456789";
    public const string Drafting = "igw_drafting_0123456789";
    public const string Discreet = "igw_discreet_0123456789";
    public const string Admin = "igw_admin_0123456789";
    public const string Reader = "igw_reader_0123456789";
    public const string OpenAI = "sk-provider-openai-0123456789";
    public const string DallE = "sk-provider-dalle-0123456789";
    public const string Azure = "azure-provider-key-0123456789";

    public static IReadOnlyDictionary<string, string> Files { get; } = new Dictionary<string, string>
    {
        ["secrets/acme"] = Acme,
        ["secrets/limited"] = Limited,
        ["secrets/drafting"] = Drafting,
        ["secrets/discreet"] = Discreet,
        ["secrets/admin"] = Admin + "\n",
        ["secrets/reader"] = Reader,
        ["secrets/openai"] = OpenAI + "\n",
        ["secrets/dalle"] = DallE,
        ["secrets/azure"] = Azure,
    };
}
