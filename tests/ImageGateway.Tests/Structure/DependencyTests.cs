namespace ImageGateway.Tests.Structure;

public sealed class DependencyTests
{
    [Fact]
    public void Folders_use_each_other_in_one_direction_only()
    {
        var service = Repository.File("src", "ImageGateway");
        var sources = Directory.EnumerateFiles(service, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path: Path.GetRelativePath(service, path).Replace('\\', '/'), File: path))
            .Where(source => !source.Path.StartsWith("bin/", StringComparison.Ordinal) && !source.Path.StartsWith("obj/", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(sources);
        Assert.Empty(sources.SelectMany(source => FolderRules.Mistakes(source.Path, File.ReadAllText(source.File))));
    }

    [Theory]
    [InlineData("Images/A.cs", "using ImageGateway.Catalog;", "Images must not use Catalog, only the framework.")]
    [InlineData("Providers/OpenAi/A.cs", "using ImageGateway.Tenants;", "Providers must not use Tenants")]
    [InlineData("Providers/A.cs", "var x = ImageGateway.Routing.Planner.Plan();", "Providers must not use Routing")]
    [InlineData("Providers/A.cs", "using Target = Routing.Target;", "Providers must not use Routing")]
    [InlineData("Streaming/A.cs", "using static ImageGateway.Catalog.Price;", "Streaming must not use Catalog")]
    [InlineData("Tenants/A.cs", "/// <see cref=\"Api.BodyLimits\"/>", "Tenants must not use Api")]
    [InlineData("Tenants/A.cs", "new Hosting.FirstRun()", "Tenants must not use Hosting")]
    [InlineData("Ledger/A.cs", "using ImageGateway.Simulator;", "Ledger must not use Simulator")]
    [InlineData("Billing/A.cs", "", "Billing/A.cs: the folder Billing is new. Declare what it may use in tests/ImageGateway.Tests/Structure/FolderRules.cs.")]
    public void Use_against_the_direction_is_found(string path, string source, string mistake) =>
        Assert.Contains(mistake, Assert.Single(FolderRules.Mistakes(path, source)), StringComparison.Ordinal);

    [Theory]
    [InlineData("Program.cs", "using ImageGateway.Hosting;")]
    [InlineData("Api/A.cs", "using ImageGateway.Hosting; using ImageGateway.Simulator;")]
    [InlineData("Routing/A.cs", "namespace ImageGateway.Routing; using ImageGateway.Providers; using ImageGateway.Streaming;")]
    [InlineData("Providers/Bodies/A.cs", "namespace ImageGateway.Providers.Bodies; foreach (var image in attempt.Routing.Images) { }")]
    [InlineData("Images/A.cs", "Images.Count; Catalog")]
    public void Use_in_the_direction_passes(string path, string source) => Assert.Empty(FolderRules.Mistakes(path, source));
}
